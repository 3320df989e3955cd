"""What is salesy, what merely speaks at everyone, and what is fine, told by named signals with places."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.links import Link
from bot.language.salesy import DEFAULT_THRESHOLD, Verdict, judge, signal_json, verdict_at
from bot.language.signals import SIGNS

NEWSLETTER = """\
Hi everyone, here is your community update!

🚀 Our new Pro plan is here: 20% off until Friday, don't miss it.
[Subscribe]
[Subscribe to the podcast](https://example.com/pod?utm_source=news)
Subscribe to our channel →
>> subscribe now
<a href="https://example.org/list">Subscribe</a>

You are receiving this email because you joined us once. Unsubscribe here.
"""


def names(verdict: Verdict) -> set[str]:
    return {signal.name for signal in verdict.signals}


def words_of(text: str, verdict: Verdict, name: str) -> list[str]:
    return [text[a:b] for signal in verdict.signals if signal.name == name for a, b in signal.spans]


def test_a_community_update_with_five_subscribe_buttons_is_salesy_and_says_why() -> None:
    verdict = judge(NEWSLETTER)

    assert verdict.verdict == "salesy"
    assert "five subscribe buttons" in {signal.reason for signal in verdict.signals}
    assert {"mailing's footer", "percent off", "tracking link", "greets everyone"} <= names(verdict)
    assert words_of(NEWSLETTER, verdict, "percent off") == ["20% off"]


@pytest.mark.parametrize(
    "text",
    [
        "the Pro plan costs $20 a month and export still fails with error 500",
        "how do I register a webhook? I subscribe to the event but nothing arrives",
        "thanks, that worked! free of errors now",
        "Has anyone tried the beta? I can't get the download to start.",
        "you'll have to buy a cable, they are about $5 each",
        "Just use `subscribe now` as the label, and ```unsubscribe here: 50% off``` in the footer",
        "is this a scam?\n> BUY NOW, 50% off, claim your prize today, limited time only!",
        "We're looking for a backend developer (remote, full time, $80,000). Apply here: https://example.com/job",
    ],
)
def test_questions_answers_problems_quotes_code_and_plain_jobs_are_fine(text: str) -> None:
    assert judge(text).verdict == "fine"


@pytest.mark.parametrize(
    "text",
    [
        "Hi everyone! Join us this Thursday at 7 pm in the library for our monthly meetup. "
        "Ada will show her weather station. RSVP: https://example.org/meetup",
        "@here Release notes for v2.4.0: fixes #812 and #830, new export API, thanks to all who tested. "
        "Download the binaries: https://example.org/releases/v2.4.0",
        "Hello all, we have just launched the new documentation. Check it out and tell us what you think!",
        "Call for papers: submit your talk for the community day by Friday. Everyone is welcome to send one.",
    ],
)
def test_honest_news_speaks_at_everyone_but_is_not_salesy(text: str) -> None:
    assert judge(text).verdict == "broadcast"


def test_a_digest_of_many_places_is_not_salesy_for_its_many_links() -> None:
    links = "\n".join(f"* [What Bob wrote](https://blog{n}.example{n}.com/post)" for n in range(12))
    text = f"Hello and welcome to this week in gardening!\n{links}\nWant it by mail? [Subscribe here](https://a.example/s)"

    verdict = judge(text)

    assert verdict.verdict != "salesy"
    assert "digest of many places" in names(verdict)


@pytest.mark.parametrize(
    "text",
    [
        "Last chance! Register now, only 5 seats left: https://example.com/webinar",
        "Subscribe to my channel for more videos and give me a thumbs up",
        "Chip in $5 before midnight and every gift is matched → https://example.com/donate",
        "🎁 GIVEAWAY: follow us, like and share to win a gift card! Claim your spot: https://bit.ly/x",
        "Please upvote this idea! It would mean the world to our team: https://example.com/ideas/1",
        "𝐁𝐮𝐲 𝐧𝐨𝐰 and get 30% off our new theme, exclusively for you",
        "I made it free: DM me to earn passive income from home, $500 per week",
    ],
)
def test_ads_begging_and_campaigns_are_salesy_without_any_footer(text: str) -> None:
    assert judge(text).verdict == "salesy"


def test_nothing_is_salesy_without_commercial_interest_however_loudly_it_speaks_at_everyone() -> None:
    verdict = judge(
        "@channel @here @everyone Hi all! Big announcement: join us, check this out, learn more! " * 20
    )

    assert verdict.verdict == "broadcast"
    assert verdict.salesy == 0
    assert {signal.axis for signal in verdict.signals} == {"broadcast"}


def test_buttons_of_a_card_count_as_what_they_are_and_have_no_place_in_the_text() -> None:
    buttons = [
        Link("Subscribe", "https://example.com/a", True),
        Link("Buy now", "https://example.com/b", True),
    ]

    bare, carded = judge("Our October news"), judge("Our October news", buttons)

    assert carded.salesy > bare.salesy
    [button] = [signal for signal in carded.signals if signal.name == "sales button"]
    assert button.spans == ()
    assert judge("Our October news", [Link("Settings", "", True)]) == bare


def test_a_link_given_in_the_text_and_again_beside_it_counts_once() -> None:
    text = "buy now: https://bit.ly/abc"

    assert judge(text, [Link("", "https://bit.ly/abc")]) == judge(text)


def test_a_sign_of_money_or_an_address_says_the_same_in_any_language() -> None:
    verdict = judge("@everyone Nur heute 30 % Rabatt, jetzt 9 €: https://bit.ly/x?utm_source=chat")

    assert {"calls everyone", "percent off", "price", "short link", "tracking link"} <= names(verdict)
    assert verdict.verdict == "salesy"


def test_a_verdict_is_read_at_another_threshold_without_reading_the_text_again() -> None:
    verdict = judge(NEWSLETTER)

    assert verdict_at(verdict, 1.0).verdict == "broadcast"
    assert verdict_at(verdict_at(verdict, 1.0), DEFAULT_THRESHOLD) == verdict
    assert verdict_at(judge("hello"), 0.0).verdict == "fine"


def test_spans_are_of_the_text_as_given_with_emoji_line_ends_and_letters_that_grow() -> None:
    text = "İ🎉\r\nSubscribe\r\nİİ please <https://example.com|Subscribe now>, ＦＲＥＥ: 5 €"

    verdict = judge(text)

    assert words_of(text, verdict, "sales button") == ["Subscribe", "Subscribe now"]
    assert words_of(text, verdict, "price") == ["5 €"]


def test_the_more_often_a_signal_is_seen_the_more_it_weighs_but_less_each_time() -> None:
    scores = [judge("\n".join(["[Subscribe](https://a.example)"] * times)).salesy for times in range(1, 6)]
    steps = [later - earlier for earlier, later in pairwise(scores)]

    assert all(step > 0 for step in steps)
    assert steps == sorted(steps, reverse=True)


def test_every_signal_has_a_name_a_reason_and_a_weight_of_its_own_sign() -> None:
    assert len({sign.name for sign in SIGNS}) == len(SIGNS)
    assert all(sign.weight and sign.one and "{" not in sign.one for sign in SIGNS)
    assert all(sign.axis in ("broadcast", "commercial") for sign in SIGNS)
    assert all(sign.axis == "commercial" for sign in SIGNS if sign.weight < 0)


def test_a_signal_for_scripts_is_plain_json() -> None:
    [signal] = judge("now 9 % off").signals

    assert signal_json(signal) == {
        "name": "percent off",
        "axis": "commercial",
        "weight": 0.8,
        "spans": [[4, 11]],
    }


def test_a_lone_price_sells_nothing_but_counts_beside_what_does() -> None:
    assert judge("the cable was 9 € at the shop").signals == ()
    assert "price" in names(judge("Buy now, 9 €"))


TRAPS = [
    *"a \n<[`>&@$-İ👉\x00\ud800",
    *(
        "<a ",
        "<a href=",
        "[a](",
        "```",
        ">\n",
        "&amp;",
        "a@",
        "a@b.c ",
        "a.",
        "www.",
        "http://",
        "→\n",
        "a →",
    ),
    *(":a", ":point_right: ", "$1,", "1.", "#a ", "5% ", "* ", "*_ ", "subscribe to ", "unsubscribe "),
    *("donate a a a a\n", "<http://a|b>", "<a href='x'>y</a>"),
]


@pytest.mark.parametrize("trap", TRAPS)
def test_texts_made_to_be_slow_are_judged_all_the_same(trap: str) -> None:
    # A pattern that tries again from every place would need minutes for each of these.
    assert 0 <= judge((trap * 40_000)[:40_000]).salesy <= 1


@given(st.text(alphabet="aeinsubcribe [](){}<>`@#$%!?./:\n→👉İ\r\"'-_~*&;=|0123", max_size=300))
def test_any_text_is_judged_with_spans_inside_it(text: str) -> None:
    verdict = judge(text)

    assert 0 <= verdict.salesy <= 1
    for signal in verdict.signals:
        assert all(0 <= start < end <= len(text) for start, end in signal.spans)


# Every word of it is one that sells, and none of it is a phrase of the table.
WORDY = "free please your our hey community launched developers product features want help you"


def test_words_of_selling_are_never_heard_alone() -> None:
    assert judge(WORDY).salesy == 0
    assert "words that sell" not in names(judge(f"{WORDY}\nIt was 9 € at the shop"))


def test_words_add_to_what_sells_already_and_are_shown() -> None:
    text = f"20% off\n{WORDY}"

    verdict = judge(text)

    [words] = [signal for signal in verdict.signals if signal.name == "words that sell"]
    assert 0 < words.weight <= 0.5
    assert verdict.salesy > judge("20% off").salesy
    assert "free" in words_of(text, verdict, "words that sell")


def test_words_are_not_heard_beside_what_marks_news() -> None:
    verdict = judge(f"20% off\n{WORDY}\nv1.2.3 is out")

    assert {"percent off", "release notes"} <= names(verdict)
    assert "words that sell" not in names(verdict)
