"""What managers correct can be undone for ten minutes, is counted, and moves what counts from then on."""

from collections.abc import Callable
from itertools import count, pairwise

import pytest

from bot.cards import Button, Card, plain
from bot.communities import settings_of
from bot.figures import last_weeks, wilson
from storage.database import Database
from tests.features.world import (
    HOME,
    MANAGER,
    SETTINGS,
    Community,
    Founds,
    Words,
    ada,
    bob,
    cleo,
    eve,
    posted,
)

ASKED = "How do I export my boards to CSV?"
# Asks by its mark alone: 0.62.
BARELY = "The boards, exported to CSV?"


_askers = count(1)


def flagged(community: Community, text: str = ASKED) -> Words:
    """Have somebody else ask a question each time, that nobody answers for longer than it may wait."""
    asked = posted(text, by=f"asker{next(_askers)}", channel="help")
    community.says(asked)
    community.passes(hours=4, minutes=1)
    return asked


def flagged_amid_talk(community: Community, monkeypatch: pytest.MonkeyPatch) -> Words:
    """Have a question flagged in a flat channel, though somebody seems to have replied amid others' talk."""
    monkeypatch.setattr("bot.features.questions.replied.WAITS", 0.0)
    asked = posted(ASKED, by=f"asker{next(_askers)}", minutes=0.3)
    community.says(
        posted("@cleo you saw the game last night", by=bob, mentions=(cleo,)),
        posted("@bob yes, what a finish", by=cleo, mentions=(bob,), minutes=0.7),
        asked,
        posted("@cleo best match this year", by=bob, mentions=(cleo,), minutes=0.2),
        posted("the export is under Settings", by=bob, minutes=0.1),
    )
    community.passes(hours=4, minutes=1)
    return asked


def state(community: Community, asked: Words) -> str | None:
    found = community.question(asked)
    return found.state if found else None


def last(community: Community) -> Card:
    """Return the last flag as it stands."""
    return community.cards("managers")[-1]


def labels(community: Community) -> list[str]:
    return [button.label for button in last(community).buttons]


def bar(community: Community, name: str = "question_bar") -> float:
    with community.database.reading() as tx:
        value: float = getattr(settings_of(tx, HOME), name)
        return value


def on_health(community: Community, name: str = "Flags that nobody overruled") -> str | None:
    return {entry.name: entry.value for entry in community.commands("health").fields}.get(name)


def correct(community: Community, times: int, label: str = "Not a question") -> None:
    """Have so many questions flagged and corrected, and nothing undone."""
    for _ in range(times):
        flagged(community)
        community.presses(label, last(community))
        community.passes(minutes=11)


@pytest.mark.parametrize("label", ["Not a question", "Answered", "Hand to staff"])
def test_a_decision_is_undone_as_if_it_had_not_been_made(community: Community, label: str) -> None:
    asked = flagged(community)
    before = last(community)
    community.presses(label, last(community))
    assert labels(community) == ["Undo", "Reopen"]
    community.passes(minutes=9)
    assert community.presses("Undo", last(community)) == "Undone. It stands as it did before."

    assert state(community, asked) == "unanswered"
    after = last(community)
    assert (after.title, after.buttons) == (before.title, before.buttons)
    assert on_health(community) == "1 of 1 (100 %, likely 21 to 100 %)"


def test_after_ten_minutes_the_button_goes_and_an_old_card_says_that_it_is_too_late(
    community: Community,
) -> None:
    asked = flagged(community)
    community.presses("Not a question", last(community))
    old = last(community)
    community.passes(minutes=10)

    assert labels(community) == ["Reopen"]
    assert community.presses("Undo", old).startswith("It is too late to undo that")
    assert state(community, asked) == "dismissed"


def test_what_was_read_as_an_answer_is_not_and_then_is_again(community: Community) -> None:
    asked = flagged(community)
    community.says(posted("Settings → Export", by=bob, thread=asked))
    assert labels(community) == ["Not answered"]
    community.presses("Not answered", last(community))
    assert state(community, asked) == "unanswered"
    community.presses("Undo", last(community))

    assert last(community).title == "Answered by Bob"


def test_only_the_last_decision_is_undone_and_only_by_a_manager(community: Community) -> None:
    asked = flagged(community)
    community.presses("Answered", last(community))
    old = last(community)
    community.presses("Reopen", old)
    assert "decided anew since" in community.presses("Undo", old)
    told = community.presses("Undo", last(community), by=eve)
    assert told.startswith("Only the managers of this community can do that.")
    assert state(community, asked) == "unanswered"
    community.presses("Undo", last(community))
    assert state(community, asked) == "answered"
    community.presses("Undo", last(community))
    assert state(community, asked) == "unanswered"


def test_undone_before_it_was_due_it_is_flagged_when_it_is(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.uses("answered", asked, by="dan")
    assert state(community, asked) == "answered"
    # As a page shows it.
    community.presses_button(Button(label="Undo", name="question.undo", value=f"help/{asked.id}/1"))
    community.passes(hours=5)

    assert last(community).title == "Nobody has answered this yet"


def test_the_share_of_flags_that_stood_has_its_interval(community: Community) -> None:
    for number in range(4):
        asked = flagged(community)
        if number == 0:
            community.presses("Not a question", last(community))
        else:
            community.says(posted("Settings → Export", by=bob, thread=asked))

    low, high = wilson(3, 4)
    assert (round(low, 3), round(high, 3)) == (0.301, 0.954)
    assert on_health(community) == "3 of 4 (75 %, likely 30 to 95 %)"


def test_a_flag_that_nobody_was_told_of_did_not_stand(found: Founds) -> None:
    community = found(managers_channel=None)
    flagged(community)
    assert on_health(community) is None
    card = community.commands("settings set managers_channel #managers")
    community.presses("Apply", card)
    flagged(community)

    assert on_health(community) == "1 of 1 (100 %, likely 21 to 100 %)"


def test_who_settles_what_waited_overrules_nothing(community: Community) -> None:
    flagged(community)
    community.presses("Answered", last(community))
    community.passes(minutes=11)

    assert on_health(community) == "1 of 1 (100 %, likely 21 to 100 %)"
    assert bar(community, "waiting_bar") == 0


def test_a_flag_of_what_had_been_answered_was_wrong(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged_amid_talk(community, monkeypatch)
    community.presses("Answered", last(community))
    community.passes(minutes=11)

    assert on_health(community) == "0 of 1 (0 %, likely 0 to 79 %)"
    assert bar(community, "waiting_bar") == 0.03


def test_in_a_thread_it_was_wrong_where_its_answer_is_named_and_moves_nothing(community: Community) -> None:
    for named in (False, True):
        asked = posted(ASKED, by=ada, channel="help")
        said = posted("same here, no idea", by=bob, thread=asked)
        community.says(asked, said)
        community.passes(hours=5)
        if named:
            community.uses("answered", said, by=MANAGER)
        else:
            community.presses("Answered", last(community))
        community.passes(minutes=11)

    assert on_health(community) == "1 of 2 (50 %, likely 9 to 91 %)"
    assert bar(community, "waiting_bar") == 0


@pytest.mark.parametrize(("flat", "moved"), [(True, -0.03), (False, 0)])
def test_what_counted_as_answered_and_was_not_has_more_flagged(
    flat: bool, moved: float, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = flagged_amid_talk(community, monkeypatch) if flat else flagged(community)
    community.says(posted("Settings → Export", by=bob, reply_to=asked))
    community.presses("Not answered", last(community))
    community.passes(minutes=11)

    assert bar(community, "waiting_bar") == moved
    why = plain(community.commands("settings explain waiting_bar"))
    said = "You said 1 that counted as answered was not: Hearth flags more readily now."
    assert (said in why) == flat


def test_what_a_manager_takes_back_after_it_can_be_undone_does_not_go_on_counting(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = flagged_amid_talk(community, monkeypatch)
    community.says(posted("Settings → Export", by=bob, reply_to=asked))
    stood = []
    for label in ("Not answered", "Answered"):
        community.presses(label, last(community))
        community.passes(minutes=11)
        stood.append(bar(community, "waiting_bar"))
    community.passes(days=3)

    assert [*stood, bar(community, "waiting_bar")] == [-0.03, -0.03, 0]


@pytest.mark.parametrize("founds", ["sqlite_url", "postgresql_url"])
def test_corrections_move_what_counts_as_a_question_and_say_so(
    founds: str, request: pytest.FixtureRequest, opened: Callable[[str], Database]
) -> None:
    community = Community(opened(request.getfixturevalue(founds)), SETTINGS)
    asked = flagged(community, BARELY)
    assert state(community, asked) == "unanswered"
    correct(community, 6)

    assert 0.1 < bar(community) <= 0.15
    again = posted(BARELY, by=cleo, channel="help")
    community.says(again)
    assert state(community, again) is None
    # What was said before it moved counts as it did.
    assert state(community, asked) == "unanswered"
    said = "You said 6 of 7 were no questions: Hearth asks for more now."
    for told in ("questions", "health", "status", "settings explain question_bar"):
        assert said in plain(community.commands(told)), told
    assert "Hearth, by what managers corrected: question_bar" in plain(community.commands("settings history"))


def test_it_moves_little_at_a_time_and_never_far(community: Community) -> None:
    stood = [0.0]
    for _ in range(9):
        correct(community, 1)
        stood.append(bar(community))

    assert all(0 <= after - before <= 0.031 for before, after in pairwise(stood))
    assert stood[-1] == 0.15


def test_reset_by_hand_it_moves_only_by_what_is_corrected_from_then_on(community: Community) -> None:
    correct(community, 6)
    card = community.commands("settings reset question_bar")
    assert "Corrections made until now count no more" in plain(card)
    community.presses("Apply", card)
    community.passes(days=3)
    assert bar(community) == 0
    correct(community, 1)

    assert 0 < bar(community) <= 0.03


def test_as_people_correct_less_it_goes_back(community: Community) -> None:
    correct(community, 6)
    moved = bar(community)
    community.passes(days=60)

    assert (moved > 0.1, bar(community)) == (True, 0)


def test_what_is_said_of_an_older_flag_counts_it_as_shown(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged_amid_talk(community, monkeypatch)
    card = community.commands("settings set waiting_bar 0.02")
    community.presses("Apply", card)
    community.presses("Answered", last(community))
    community.passes(minutes=11)

    said = "You said 1 of 1 had been answered already"
    assert said in plain(community.commands("settings explain waiting_bar"))


def test_what_managers_say_of_their_own_questions_moves_nothing(community: Community) -> None:
    community.says(posted(ASKED, by=MANAGER, channel="help"))
    community.passes(hours=4, minutes=1)
    community.presses("Not a question", last(community))
    community.passes(minutes=11)

    assert bar(community) == 0
    assert on_health(community) == "1 of 1 (100 %, likely 21 to 100 %)"


def test_what_was_undone_moves_nothing(community: Community) -> None:
    for _ in range(6):
        flagged(community)
        community.presses("Not a question", last(community))
        community.presses("Undo", last(community))
        community.passes(minutes=11)

    assert bar(community) == 0


def test_who_asked_may_say_that_it_was_answered_and_moves_nothing(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked, posted("same here, no idea", by=bob, thread=asked))
    community.passes(hours=5)
    community.uses("answered", asked, by=ada)
    community.passes(minutes=11)

    assert state(community, asked) == "answered"
    assert bar(community, "waiting_bar") == 0


def test_a_week_keeps_what_stood_when_its_talk_is_gone(found: Callable[..., Community]) -> None:
    community = found(retention_days=20)
    flagged(community)
    community.presses("Not a question", last(community))
    flagged(community)
    community.passes(days=40)

    with community.database.reading() as tx:
        shown = last_weeks(tx, HOME, settings_of(tx, HOME).zone, community.now)
    assert [week.stood for week in shown if week.asked or week.stood] == ["1 of 2 (50 %, likely 9 to 91 %)"]
