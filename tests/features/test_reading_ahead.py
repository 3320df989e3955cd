"""What the top level of a channel goes on with is read ahead for a batch, and once."""

from collections import deque

from bot.features.questions.talk import Recent
from bot.language.linker.reader import Linker, Links
from bot.language.parents import Said
from tests.core.made import NOON

ONE, TWO, THREE = (Said(id, "ada", NOON, f"what about {id}?") for id in ("one", "two", "three"))


def ahead(*messages: Said) -> Recent:
    """Return a channel of which some messages to come were read."""
    talk = Recent(linker=Linker())
    assert talk.linker is not None
    talk.coming = deque(zip(messages, talk.linker.read(messages), strict=True))
    return talk


def test_where_a_batch_ended_early_only_what_is_new_in_the_next_is_read() -> None:
    talk = ahead(ONE, TWO)
    reader = talk.linker

    assert talk.unread([ONE, TWO, THREE]) == [THREE]
    assert talk.unread([ONE]) == []
    assert talk.links(ONE, []).message == "one"
    assert talk.unread([TWO, THREE]) == [THREE]
    assert talk.linker is reader


def test_what_was_read_in_vain_is_forgotten_and_the_talk_read_anew() -> None:
    talk = ahead(ONE, TWO)

    assert talk.unread([TWO, THREE]) == [TWO, THREE]
    assert (len(talk.coming), talk.linker) == (0, None)


def test_a_message_that_nobody_saw_coming_is_read_after_what_was_there() -> None:
    talk = ahead(TWO)

    assert talk.links(THREE, []) == Links.of("three", ((None, 1.0),))
    assert len(talk.coming) == 0
