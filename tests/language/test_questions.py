"""Questions are noticed by their wording, with or without a mark, and what only looks like one is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.questions import ASKS, QuestionReading, read_question


def asks(text: str, *, starts: bool = False) -> bool:
    return read_question(text, starts=starts).probability >= ASKS


@pytest.mark.parametrize(
    "text",
    [
        "How do I export to CSV?",
        "how do I export to CSV",
        "can't get export to work",
        "anyone know how to change the time zone",
        "Anybody here using the new importer with Postgres",
        "Is there a way to mute one channel only?",
        "is there a dark theme",
        "does the free plan include webhooks",
        "help please, my board is empty",
        "I need some help with the billing page",
        "I'm stuck at step three of the setup",
        "Any idea why the upload stops at 99 %?",
        "any tips for a first deployment",
        "I was wondering if the limit can be raised.",
        "Looking for a way to rename many files at once",
        "not sure how to read this chart",
        "Quick question: where are the old invoices",
        "what's the best plan for two people",
        "Could you point me to the docs on roles",
        "Having trouble logging in since this morning, any help appreciated",
        "Thanks in advance for any pointers on sorting",
        "hey all, how are you? How do I reset my password?",
        "We want to move to the new API. Can both run side by side?",
        "why does the build take ten minutes :(",
        'He wrote "just restart it", but what does that do?',
        "How do I do this??? :pray: :pray:",
    ],
)
def test_a_request_is_a_question_with_or_without_a_mark(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi",
        "Good morning everyone!",
        "how are you?",
        "Hey team, how are you all doing today?",
        "what's up?",
        "How's it going everyone?",
        "anyone here?",
        "who knew?",
        "isn't it great?",
        "right?",
        "guess what?",
        "Really?",
        "how cool is that?",
        "What could possibly go wrong?",
        "sounds good?",
        "The meeting moved to Tuesday.",
        "I rewrote the importer last night and it is twice as fast now",
        "thanks, that worked!",
        "never mind, found it",
        "you can do that under Settings → Export",
        "Any questions? Ask me or ada!",
        "Questions? DM me",
        "Want to join? Sign up at https://example.org/join",
        "Interested in data? Register here: https://example.org/r",
        "We just released version 4, check it out https://example.org/?v=4",
        ":tada: :tada:",
        "🎉🎉🎉",
    ],
)
def test_what_asks_nothing_is_no_question(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "```\nwhat = ask('why?')\nhow do I?\n```",
        "the code is `x = a ? b : c` and `why?`",
        "> how do I export to CSV?\nSettings, then Export.",
        "&gt; can anyone help?\ndone, thanks",
        "it is at https://example.org/search?q=how&x=1",
        "see https://example.org/why?",
        "look at www.example.org/?page=2 for the list",
    ],
)
def test_code_quotes_and_addresses_do_not_ask(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "hi\nquick one\nhow do I get the weekly report as a file?",
        "hello\nI moved to the new plan yesterday\nand now the export button is gone\nany idea",
        "so I can invite guests to one board\n?",
        "morning!\nanyone know\nhow to share a filter",
    ],
)
def test_short_messages_of_one_person_are_read_as_one(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "如何导出到CSV文件？",
        "كيف يمكنني تصدير الملف؟",
        "¿Cómo puedo exportar a CSV",
        "¿cómo exporto esto?",
        "Πώς μπορώ να εξάγω το αρχείο;",
        "Πώς μπορώ να εξάγω το αρχείο\u037e",
        "Wie exportiere ich das als CSV?",
        "Comment exporter en CSV ?",
    ],
)
def test_signs_of_other_languages_ask(text: str) -> None:
    assert asks(text)


def test_other_languages_without_a_sign_are_left_alone() -> None:
    assert not asks("我已经把文件导出了")
    assert not asks("for (i = 0; i < n; i++) total += i;")


def test_the_start_of_a_conversation_is_more_likely_a_request() -> None:
    trouble = "Since the move the second screen shows an error and I see no way back"

    assert read_question(trouble, starts=True).probability > read_question(trouble).probability
    assert asks(trouble, starts=True)
    assert not asks("I am ada, new here, glad to meet you all in this community", starts=True)


def test_curly_quotes_and_capitals_read_like_plain_ones() -> None:
    assert read_question("I CAN’T GET THE EXPORT TO WORK") == read_question("i can't get the export to work")


def test_the_reasons_are_phrases_and_the_strongest_comes_first() -> None:
    reading = read_question("Does anyone know how to do that?")

    assert reading.reasons[0] == "asks whether anyone knows"
    assert "ends with a question mark" in reading.reasons
    assert read_question("").reasons == ()


@settings(deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_any_text_can_be_read(text: str, starts: bool) -> None:
    reading = read_question(text, starts=starts)

    assert 0.0 <= reading.probability <= 1.0
    assert reading == read_question(text, starts=starts)


LONG = 40_000


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "?",
        "? ",
        "\n",
        "`",
        "```",
        "@",
        ":a",
        "> ",
        "hi ",
        "how do ",
        "any one ",
        "i want to go ",
        "é",
        "，",
    ],
)
def test_long_texts_are_read_too(piece: str) -> None:
    assert isinstance(read_question(piece * (LONG // len(piece)), starts=True), QuestionReading)
