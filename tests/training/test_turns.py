"""What words tell of a message's turn is grown from links by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.talk import Channel
from bot.language.linker.turns import TURNS, turns_of, weights_in
from bot.language.parents import Said
from bot.language.words import read_words
from training.turns import grow_turns, known_terms, save_turns, turns

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def asked_and_answered(number: int) -> Channel:
    """Two people: one asks and goes on, the other answers."""
    asker, other = f"ada{number}", f"bob{number}"
    said = [(asker, "hello, where is it?"), (asker, "or was it moved"), (other, f"{asker}: try settings")]
    talk = [
        Said(
            f"{place}", author, NINE + timedelta(minutes=place), text, mentions=frozenset({asker} - {author})
        )
        for place, (author, text) in enumerate(said)
    ]
    parents = {"0": frozenset({"0"}), "1": frozenset({"0"}), "2": frozenset({"0"})}
    return Channel(f"log {number}", talk, parents)


def test_turns_are_read_from_links() -> None:
    assert turns(asked_and_answered(1)) == {
        "0": [True, False, True, True],
        "1": [False, True, False, False],
        "2": [False, False, False, False],
    }


def test_what_few_people_say_is_not_known() -> None:
    channels = [asked_and_answered(number) for number in range(30)]

    assert "where is" in known_terms(channels)
    assert not known_terms(channels[:29])


def test_whom_people_call_is_no_term() -> None:
    channels = [asked_and_answered(number) for number in range(30)]
    for channel in channels:
        called = channel.talk[0].author
        channel.talk[1] = Said("1", called, NINE, "well done zed", mentions=frozenset({"zed"}))

    assert {"well", "done"} <= known_terms(channels).keys()
    assert not any("zed" in term for term in known_terms(channels))


def test_weights_tell_turns_apart_and_are_kept_as_text(tmp_path: Path) -> None:
    file = tmp_path / "turns.tsv"
    save_turns(file, grow_turns([asked_and_answered(number) for number in range(40)]))
    weights = weights_in(file)

    asks, goes_on = (
        turns_of(read_words(text), weights) for text in ("hello, where is it?", "or was it moved")
    )
    assert asks[TURNS.index("starts_by_words")] > 0 > goes_on[TURNS.index("starts_by_words")]
    assert goes_on[TURNS.index("goes_on_by_words")] > 0 > asks[TURNS.index("goes_on_by_words")]
