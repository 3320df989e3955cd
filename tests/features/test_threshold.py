"""From which score on a message is salesy follows a community's own talk and what its managers decide."""

from itertools import count

import pytest
from sqlalchemy import select

from bot.cards import plain
from bot.communities import settings_at, settings_of
from bot.language.salesy import DEFAULT_THRESHOLD, judge
from storage.tables import Broadcast, SettingChange, table
from tests.features.test_broadcasts import NEWSLETTER, unlike
from tests.features.world import HOME, Community, Founds, ada, eve, posted

# Reads a little like selling, and is what this community talks about all day.
SHOP_TALK = "Free trial for two weeks"
SCORE = judge(SHOP_TALK).salesy
_people = count(1)


def talks(community: Community, ordinary: int, scoring: int, text: str = SHOP_TALK) -> None:
    """Have people talk, and as many others say something that scores."""
    said = [
        posted(f"We fired the kiln again, batch {each}.", by=ada, minutes=0.1) for each in range(ordinary)
    ]
    said += [posted(text, by=f"member{next(_people)}", channel="help", minutes=0.1) for _ in range(scoring)]
    community.says(*said)


def bar(community: Community) -> float:
    with community.database.reading() as tx:
        return settings_of(tx, HOME).salesy_bar


def on_status(community: Community) -> str:
    fields = {entry.name: entry.value for entry in community.commands("status").fields}
    return fields["A post is salesy from"]


def test_the_words_of_this_test_are_salesy_by_default() -> None:
    assert DEFAULT_THRESHOLD < SCORE < DEFAULT_THRESHOLD + 0.15


def test_talk_that_would_be_called_salesy_too_often_moves_the_threshold(found: Founds) -> None:
    community = found(salesy_false_alarms=5)
    talks(community, ordinary=100, scoring=8)
    community.passes(days=1)
    assert bar(community) == 0.03
    community.passes(days=5)

    wanted = int(SCORE * 100 + 1) / 100
    assert round(DEFAULT_THRESHOLD + bar(community), 2) == round(wanted, 2)
    said = on_status(community)
    assert said.startswith(f"{wanted:g}: of 108 messages of the last weeks no more than 5 %")
    assert said in plain(community.commands("settings explain salesy_bar"))
    assert "by this community's own talk" in plain(community.commands("settings history salesy_bar"))
    assert community.commands("settings").title
    before = len(community.told(eve))
    community.says(posted(SHOP_TALK, by=eve))
    assert len(community.told(eve)) == before


def test_each_message_is_judged_by_what_held_when_it_was_posted(found: Founds) -> None:
    community = found(salesy_false_alarms=5)
    talks(community, ordinary=100, scoring=8)
    community.passes(days=6)
    change, broadcast = table(SettingChange), table(Broadcast)
    with community.database.reading() as tx:
        moved = tx.rows(select(change.c.at).where(change.c.name == "salesy_bar").order_by(change.c.at))
        first = moved[0].at
        verdicts = {row.verdict for row in tx.rows(select(broadcast).where(broadcast.c.posted_at < first))}
        assert settings_at(tx, HOME, first).salesy_bar == 0.03

    assert verdicts == {"salesy"}


def test_talk_in_which_nothing_scores_lowers_it_a_little_and_no_further(found: Founds) -> None:
    community = found(salesy_false_alarms=5)
    talks(community, ordinary=101, scoring=0)
    community.passes(days=8)

    assert bar(community) == -0.1


def test_who_sells_all_day_makes_no_ordinary_talk(found: Founds) -> None:
    community = found(salesy_false_alarms=5)
    talks(community, ordinary=100, scoring=0)
    community.says(*(posted(SHOP_TALK, by=eve, minutes=0.1) for _ in range(9)))
    talks(community, ordinary=0, scoring=9, text=NEWSLETTER)
    community.passes(days=8)

    assert bar(community) == -0.1


def test_what_apps_post_is_no_talk_and_gives_no_false_alarms(found: Founds) -> None:
    community = found(salesy_false_alarms=5, judge_apps=True)
    talks(community, ordinary=100, scoring=0)
    posts = [f"app{number % 4}" for number in range(12)]
    community.says(*(posted(SHOP_TALK, by=app, channel="help", minutes=0.1, bot=True) for app in posts))
    community.passes(days=4)

    assert bar(community) == -0.1


def test_without_enough_talk_the_default_holds(community: Community) -> None:
    talks(community, ordinary=9, scoring=2)
    community.passes(days=3)

    assert bar(community) == 0
    assert on_status(
        community
    ) == f"{DEFAULT_THRESHOLD:g}: too little was said here to tell, 11 of 1,000 " + (
        "messages in the last weeks"
    )


@pytest.mark.parametrize(
    ("threshold", "false_alarms", "set_to"),
    [(0.3, 5, 0), (DEFAULT_THRESHOLD, "off", 0), (DEFAULT_THRESHOLD, 5, 0.02)],
)
def test_what_people_set_is_moved_by_no_talk(
    found: Founds, threshold: float, false_alarms: float | str, set_to: float
) -> None:
    community = found(salesy_threshold=threshold, salesy_false_alarms=false_alarms, salesy_bar=set_to)
    talks(community, ordinary=100, scoring=8)
    community.passes(days=3)

    assert bar(community) == set_to


def test_a_threshold_that_people_set_is_the_one_that_holds(found: Founds) -> None:
    community = found(salesy_false_alarms=5)
    talks(community, ordinary=100, scoring=8)
    community.passes(days=6)
    assert bar(community) == 0.06
    preview = community.commands("rules try salesy_threshold 0.6")
    assert "What I had moved of it goes: a post is salesy from 0.6 then." in plain(preview)
    community.presses("Apply", preview)

    assert on_status(community) == "0.6, as managers set it"
    community.passes(days=3)
    assert on_status(community) == "0.6, as managers set it"
    assert bar(community) == 0


def test_a_bar_that_people_set_stays_beside_a_threshold_that_they_set(found: Founds) -> None:
    community = found()
    community.presses("Apply", community.commands("settings set salesy_bar 0.1"))
    community.presses("Apply", community.commands("settings set salesy_threshold 0.6"))

    assert (bar(community), on_status(community)) == (0.1, "0.7, as managers set it")
    # Taken back, it is the default again, and nothing else changes.
    community.presses("Take back 1", community.commands("settings history salesy_threshold"))
    assert (bar(community), on_status(community)[:4]) == (0.1, "0.5:")


def test_what_managers_call_fine_raises_it_and_what_is_salesy_indeed_lowers_it(community: Community) -> None:
    for by, label in (("a", "It's fine here"), ("b", "It's fine here"), ("c", "It's fine here")):
        community.insists(posted(unlike(ord(by)), by=by))
        community.presses(label, community.cards("managers")[-1])
    community.passes(days=1)
    assert bar(community) == 0.03
    assert "of flags decided on, 3 of 3 were fine" in on_status(community)
    assert "of flags decided on, 3 of 3 were fine" in plain(community.commands("health"))

    for by in "defghijk":
        community.insists(posted(unlike(ord(by)), by=by))
        community.presses("Salesy indeed", community.cards("managers")[-1])
    community.passes(days=7)
    assert bar(community) == -0.05
    # What people set is where it goes on from.
    community.presses("Apply", community.commands("settings set salesy_bar 0.1"))
    community.passes(days=2)
    assert bar(community) == 0.1


def test_where_promotion_is_welcome_it_is_counted_and_shown_to_nobody(found: Founds) -> None:
    community = found(channels={"announcements": {"promotion": "welcome"}})
    community.insists(posted(NEWSLETTER, by=eve, channel="announcements"))
    broadcast = table(Broadcast)
    with community.database.reading() as tx:
        [row] = tx.rows(select(broadcast.c.verdict))

    assert row.verdict == "promotion"
    assert community.actions() == []


def test_where_promotion_is_unwanted_less_of_a_score_is_enough(found: Founds) -> None:
    community = found(salesy_threshold=0.6, channels={"announcements": {"promotion": "strict"}})
    community.insists(posted(SHOP_TALK, by=eve), posted(SHOP_TALK, by=eve, channel="announcements"))

    assert community.card("managers").fields[0].value == "#announcements"
