"""Tells what reads as if it were said to a language model and not to people: nobody asks a model about it."""

import re

_ORDERS = re.compile(
    "|".join(
        (
            r"\b(?:ignore|disregard|forget|override|bypass|overrule|vergiss|ignoriere)\b.{0,40}"
            r"\b(?:instruction|prompt|rule|guideline|direction|order|above|before|previous|prior|everything|"
            r"anweisung|regel)",
            r"\b(?:system|developer|hidden|initial|original|secret)\s+(?:prompt|message|instruction)",
            r"\b(?:reveal|print|repeat|show|leak|output|disclose|tell me)\b.{0,40}"
            r"\b(?:prompt|instructions?|api[ _-]?keys?|secrets?|tokens?|rules you)\b",
            r"\b(?:you are|you're|act as|pretend to be|behave as|du bist)\b.{0,30}"
            r"\b(?:ai|a\.i\.|assistant|model|llm|gpt|chatbot|dan|jailbroken|ki|bot)\b",
            r"\b(?:new|updated|real|actual|following|next)\s+(?:instructions?|task|orders?|rules?)\b\s*[:\-]",
            r"\b(?:as an? |dear |attention,? |hey,? |note to (?:the )?|to the )"
            r"(?:ai|llm|language model|assistant|summari[sz]er|chat ?gpt|gpt|claude|model)\b",
            r"\b(?:in|for|into|to)\s+(?:the|your|this|every)\s+(?:summary|digest|answer|output|response|reply|json|"
            r"sentences?)\b",
            r"\b(?:mark|treat|count|classify|label|report|rate|judge)\b.{0,30}"
            r"\bas\s+(?:answered|resolved|solved|praise|a? ?bug|fine|not (?:a )?question|none|harmless)\b",
            r"\b(?:ping|mention|notify|tag|alert)\s+(?:everyone|everybody|all|here|the channel|@)",
            r"<\|.{0,30}\|>|\[/?(?:inst|system|user|assistant)\]|<</?sys>>",
            r"^\s*#{0,3}\s*(?:system|assistant|user)\s*:",
            r"[\"']?\b(?:cites|sentences|wants_an_answer|role)\b[\"']?\s*:\s*[\[{\"']",
            r"\b(?:respond|answer|reply|output|say)\b.{0,12}"
            r"\b(?:only|exactly|nothing but|with the words?|verbatim)\b",
            r"\b(?:do not|don't|never)\s+(?:summari[sz]e|obey|follow|cite)\b",
            r"\b(?:jailbreak|prompt injection|developer mode|dan mode)\b",
        )
    ),
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
# What shows as nothing, or looks like other letters turned around, has no business in what is asked.
_UNSEEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
# A long string of letters without a space is code, or something in disguise.
_DISGUISED = re.compile(r"[A-Za-z0-9+/=_\-]{60,}")


def speaks_to_a_model(text: str) -> bool:
    """Return whether a text reads as an order to a language model, or hides something from who reads it.

    It errs on the side of caution: what is about prompts is left out too, and read by the rules alone.
    """
    seen = _UNSEEN.sub("", text)
    return (seen != text and _hides(text)) or bool(_ORDERS.search(seen) or _DISGUISED.search(seen))


def _hides(text: str) -> bool:
    # Emoji are joined by one of these, and some scripts need it: alone it hides nothing.
    return bool(_UNSEEN.search(text.replace("\u200d", "").replace("\u200c", "").replace("\u00ad", "")))
