"""People are shown what was said without its markup, and nothing that is none is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.unmarked import begins_with_others, marks, moved, unmarked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*Boards* do not load", "Boards do not load"),
        ("**Boards** do not ~load~ _well_, ||really||", "Boards do not load well, really"),
        ("*a _title_ in two*", "a title in two"),
        ("(*Boards*), *exports*.", "(Boards), exports."),
        ("call `load()` or ``run()``", "call load() or run()"),
        ("```\n*args\n``` fails", "\n*args\n fails"),
        ("`a *b* c` *d*", "a *b* c d"),
        ("``` never closed *d*", " never closed *d*"),
    ],
)
def test_signs_of_markup_are_left_out(text: str, shown: str) -> None:
    assert unmarked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "f(*args, **kwargs)",
        "*.py and *.txt",
        "a*b*c",
        "snake_case_name and __init__.py",
        "~/bin and ~/lib",
        "* one\n* two",
        "a | b | c",
        "it costs 5 ` or",
        "*",
        "",
    ],
)
def test_what_is_no_markup_stays(text: str) -> None:
    assert unmarked(text) == text


@given(st.text("ab *_~|`\n.\\"))
def test_marks_are_in_order_and_apart_and_places_follow(text: str) -> None:
    found = marks(text)

    assert [at for span in found for at in span] == sorted(at for span in found for at in span)
    assert all(start < end for start, end in found)
    assert moved(len(text), found) == len(unmarked(text))


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("ada said :\n\n It is broken\n\n For me too", True),
        ("bob said: It is broken", True),
        ("> It is broken\nFor me too", True),
        ("I love it. As ada said: it is quick", False),
        ("It is broken > no, it is not", False),
    ],
)
def test_what_begins_with_the_words_of_others_is_told(text: str, others: bool) -> None:
    assert begins_with_others(text) is others
