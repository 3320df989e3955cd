"""The smallest edit that would pass: held against trying every set of pieces."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.edits import (
    MOST_REMOVED,
    Edit,
    Piece,
    left_without,
    pieces_of,
    smallest_edit,
    what_would_pass,
)
from bot.language.links import Link
from bot.language.salesy import DEFAULT_THRESHOLD, judge

UPDATE = """\
Here is what we did in May.

We fixed the export. [Subscribe](https://a.example/1)
Ada told us how she waters tomatoes. [Subscribe](https://a.example/2)
The garden is open again. [Subscribe](https://a.example/3)
The shed has a roof. [Subscribe](https://a.example/4)
Bob planted a tree. [Subscribe](https://a.example/5)
"""


def overlap(one: Piece, other: Piece) -> bool:
    return bool(one.span and other.span and one.span[0] < other.span[1] and other.span[0] < one.span[1])


def by_trying_all(text: str, links: tuple[Link, ...], threshold: float) -> int | None:
    """Return how few pieces have to go, by judging every rest; None where so many do not help."""
    pieces = pieces_of(text, links)
    for size in range(1, MOST_REMOVED + 1):
        for chosen in combinations(pieces, size):
            if any(overlap(one, other) for one, other in combinations(chosen, 2)):
                continue
            rest, rest_links = left_without(text, links, chosen)
            if (rest.strip() or rest_links) and judge(rest, rest_links, threshold).verdict != "salesy":
                return size
    return None


def found(text: str, links: tuple[Link, ...] = (), threshold: float = DEFAULT_THRESHOLD) -> Edit:
    edit = smallest_edit(text, links, threshold)
    assert edit is not None
    return edit


def test_of_links_that_ask_the_same_as_many_go_as_have_to() -> None:
    edit = found(UPDATE, threshold=0.86)

    assert edit.said == f"without three of the five subscribe links: {edit.before:.2f} → {edit.salesy:.2f}"
    assert edit.text.count("[Subscribe]") == 2
    assert judge(edit.text, (), 0.86).salesy == edit.salesy < 0.86 <= edit.before
    assert "We fixed the export" in edit.text


def test_a_sentence_goes_where_that_is_what_sells() -> None:
    edit = found("The garden is open again. Last chance: 20% off until midnight! See you on Monday.")

    assert edit.text == "The garden is open again. See you on Monday."
    assert what_would_pass(edit).startswith("It would pass without “Last chance: 20% off until midnight!”: ")


def test_buttons_of_a_card_can_go_too() -> None:
    links = (Link("Subscribe", "https://a.example", True), Link("Read it", "https://b.example", True))
    edit = found("Our October news is out.", links)

    assert edit.links == links[1:]
    assert edit.said.startswith("without the subscribe button: ")


def test_what_is_not_salesy_needs_no_edit() -> None:
    assert smallest_edit("How do I export to CSV?") is None


def test_where_three_removals_do_not_help_it_says_so() -> None:
    text = "\n\n".join(f"Buy now and save {percent}%: only today!" for percent in range(10, 60, 10))

    assert smallest_edit(text) is None
    assert what_would_pass(None).startswith("No small edit helps")


def test_nothing_at_all_is_no_draft() -> None:
    assert smallest_edit("Buy now, 20% off!") is None


def test_a_line_with_nothing_but_what_a_button_says_is_one() -> None:
    assert [piece.kind for piece in pieces_of("Buy now, it is cheap.\nSubscribe now\nWe met. Buy now!")] == [
        *("sentence", "button"),
        *("sentence", "sentence"),
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Ask Dr. Roy, e.g. at noon. Bye.", ["Ask Dr. Roy, e.g. at noon.", "Bye."]),
        ("- a\n- b\n\nc", ["- a", "- b", "c"]),
        (
            "See [the page. Really](https://a.example) now. Bye.",
            ["See [the page. Really](https://a.example) now.", "the page. Really", "Bye."],
        ),
        ("Subscribe → https://a.example\nBye", ["Subscribe", "Bye"]),
        ("<https://a.example|Join>", ["Join"]),
        ("We met.\n[Subscribe](https://a.example)", ["We met.", "Subscribe"]),
        ("[Subscribe]\nIt was fun.", ["Subscribe", "It was fun."]),
    ],
)
def test_pieces_are_sentences_links_and_buttons(text: str, pieces: list[str]) -> None:
    assert [piece.words for piece in pieces_of(text)] == pieces


PARTS = [
    *(
        "Hi everyone!",
        "We met on Monday.",
        "Buy now, 20% off.",
        "Last chance: it ends tonight!",
        "It costs $5.",
    ),
    *(
        "[Subscribe](https://a.example/x)",
        "Subscribe → https://bit.ly/x",
        "[Register now]",
        "Read https://b.example.",
    ),
    *(
        "Our new plan is here 🚀🎉🔥",
        "How do I get it?",
        "v1.2.3 is out.",
        "Unsubscribe here",
        "Please vote for us!",
    ),
    *(
        "It is free and yours",
        "Claim your prize now",
        "#one #two #three #four",
        "Is anyone there?",
        "Donate $5 today.",
    ),
]
CARD = [
    Link("Subscribe", "https://c.example", True),
    Link("Buy now", "https://d.example", True),
    Link("", "https://bit.ly/y"),
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from([" ", "\n", "\n\n"])), min_size=1, max_size=7),
    st.lists(st.sampled_from(CARD), max_size=2, unique=True),
    st.sampled_from([0.3, 0.4, 0.7]),
)
def test_no_smaller_edit_passes_than_the_one_found(
    parts: list[tuple[str, str]], links: list[Link], threshold: float
) -> None:
    text, card = "".join(part + gap for part, gap in parts), tuple(links)
    edit = smallest_edit(text, card, threshold)

    if judge(text, card, threshold).verdict != "salesy":
        assert edit is None
        return
    assert (None if edit is None else len(edit.without)) == by_trying_all(text, card, threshold)
    if edit is not None:
        assert (edit.text, edit.links) == left_without(text, card, edit.without)
        assert judge(edit.text, edit.links, threshold).verdict != "salesy"


@given(st.text(alphabet="aeinsubcribe [](){}<>`@#$%!?./:\n→👉İ\r\"'-_~*&;=|0123", max_size=200))
def test_the_pieces_of_any_text_are_in_it(text: str) -> None:
    for piece in pieces_of(text):
        assert piece.span is not None
        assert 0 <= piece.span[0] < piece.span[1] <= len(text)
