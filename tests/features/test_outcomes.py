"""What managers do about a message that sells: told, shown the way, or a rule made of it; all is kept."""

import pytest
from pydantic import JsonValue
from sqlalchemy import select

from bot.actions import Post
from bot.cards import Card, plain
from bot.communities import settings_of
from bot.manners import Manners
from storage.tables import Decision, table
from tests.features.test_broadcasts import NEWSLETTER, unlike
from tests.features.world import HOME, Community, Founds, ada, cleo, eve, posted

PROMO: dict[str, JsonValue] = {"announcements": {"promotion": "welcome"}}
PROMO_FOR_FEW: dict[str, JsonValue] = {"board": {"promotion": "welcome"}}
EDITABLE = "We met on Monday and talked about maps. Buy now, 20% off!"


def decisions(community: Community) -> list[tuple[str, str]]:
    decision = table(Decision)
    with community.database.reading() as tx:
        rows = tx.rows(
            select(decision)
            .where(decision.c.about == "broadcast", decision.c.undone_at.is_(None))
            .order_by(decision.c.at)
        )
    return [(row.decision, row.by) for row in rows]


def labels(card: Card) -> list[str]:
    return [button.label for button in card.buttons]


def test_they_are_told_once_with_the_smallest_edit(community: Community) -> None:
    community.insists(posted(EDITABLE, by=eve))
    old = community.card("managers")
    assert community.presses("Tell them", old).startswith("I ask them in private")

    [_, asked] = community.told(eve)
    assert asked.title == "Would you look at this again?"
    assert "It would pass without “Buy now, 20% off!”: 0." in asked.text
    card = community.card("managers")
    assert "Dan had their author asked, in private, to look at it again" in plain(card)
    assert "Tell them" not in labels(card)
    assert community.presses("Tell them", old) == "They were asked already, and are not asked twice."
    assert len(community.told(eve)) == 2
    assert decisions(community) == [("tell", "dan"), ("tell", "dan")]


def test_where_nobody_may_be_written_to_a_manager_is_told_how_to(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    discreet = Manners(private_words=False, offered_words=True, whispers=False, home=False, profiles=False)
    monkeypatch.setattr("bot.features.broadcasts.showing.manners_of", lambda _: discreet)
    monkeypatch.setattr("bot.features.broadcasts.outcomes.manners_of", lambda _: discreet)
    community.says(posted(EDITABLE, by=eve))
    card = community.card("managers")
    assert card.footer == "Nothing was deleted, and nobody else was told."
    told = community.presses("Tell them", card)

    assert "write to Eve yourself" in told
    assert "It would pass without “Buy now, 20% off!”" in told
    assert community.told(eve) == []
    assert "Decided: Dan will talk to them" in plain(community.card("managers"))


def test_a_word_that_could_not_be_delivered_is_said_on_the_card(community: Community) -> None:
    community.insists(posted(EDITABLE, by=eve))
    before = community.card("managers")
    community.presses("Tell them", before)
    community.delivers(outcome="failed")

    assert "could not be delivered, so that a word from you is needed" in plain(community.card("managers"))

    assert community.presses("Tell them", before).startswith("What I wrote to them could not be delivered")
    assert len(community.told(eve)) == 2


def test_a_way_that_could_not_be_shown_is_shown_at_the_next_press(found: Founds) -> None:
    community = found(channels=PROMO)
    community.insists(posted(NEWSLETTER, by=eve))
    for times in (1, 2):
        community.presses("Move to #announcements", community.card("managers"))
        community.delivers(outcome="failed")
        said = plain(community.card("managers"))
        assert "could not be delivered, so that a word from you is needed" in said
        assert len(community.posts("general")) == times
    last = community.card("managers")
    assert community.presses("Move to #announcements", last).startswith("I show them the way")
    community.delivers()

    assert "could not be delivered" not in plain(community.card("managers"))
    assert "Move to #announcements" not in labels(community.card("managers"))
    assert community.presses("Move to #announcements", last).endswith("#announcements already.")
    assert len(community.posts("general")) == 3


def test_a_way_that_may_have_been_shown_is_not_shown_twice(found: Founds) -> None:
    community = found(channels=PROMO)
    community.insists(posted(NEWSLETTER, by=eve))
    before = community.card("managers")
    community.presses("Move to #announcements", before)
    community.delivers(outcome="doubtful")

    assert community.presses("Move to #announcements", before).startswith("Whether my reply arrived is not")
    assert len(community.posts("general")) == 1


def test_who_set_an_app_up_is_to_be_talked_to(found: Founds) -> None:
    community = found(judge_apps=True)
    community.says(posted(NEWSLETTER, by="feeds", bot=True))

    assert community.presses("Tell them", community.card("managers")).startswith("An app posted it")
    assert community.told("feeds") == []


def test_the_way_to_where_promotion_is_welcome_is_shown_in_its_thread(found: Founds) -> None:
    community = found(channels=PROMO)
    said = posted(NEWSLETTER, by=eve)
    community.insists(said)
    assert "Move to #announcements" in labels(community.card("managers"))
    told = community.presses("Move to #announcements", community.card("managers"))
    assert told == "I show them the way to #announcements, in a reply to it. The message stays."

    [reply] = community.posts("general")
    assert (reply.thread, reply.card.leads_to) == (said.id, "announcements")
    assert reply.card.text.startswith("Thank you for sharing this! #announcements is there")
    assert "shown where promotion is welcome" in plain(community.card("managers"))
    assert decisions(community) == [("move", "dan")]


def test_no_way_leads_to_where_not_everybody_is(found: Founds) -> None:
    community = found(channels=PROMO_FOR_FEW)
    community.insists(posted(NEWSLETTER, by=eve))

    assert not any(label.startswith("Move") for label in labels(community.card("managers")))


def test_a_way_that_is_gone_is_not_shown(found: Founds) -> None:
    community = found(channels=PROMO)
    community.insists(posted(NEWSLETTER, by=eve))
    old = community.card("managers")
    community.presses("Apply", community.commands("settings set channels #announcements off"))

    assert "nothing was posted" in community.presses("Move to #announcements", old)
    assert [action for action in community.actions() if isinstance(action, Post) and action.thread] == []
    # Nobody said anything of the post itself.
    assert decisions(community) == []


def test_never_here_is_a_rule_that_is_previewed_and_taken_back(community: Community) -> None:
    community.insists(posted(NEWSLETTER, by=eve))
    [button] = [each for each in community.card("managers").buttons if each.label == "Never in this channel"]
    preview = community.shown_for(button)
    assert "all alike (default) → #general promotion unwanted" in plain(preview)

    community.presses("Apply", preview)
    with community.database.reading() as tx:
        assert settings_of(tx, HOME).wants_no_promotion("general")
    assert decisions(community) == [("never", "dan")]
    assert "Dan wants none of it in that channel" in plain(community.card("managers"))
    community.insists(posted(unlike(1), by=ada))
    assert "Promotion is not wanted in #general." in community.told(ada)[-1].text
    assert "Never in this channel" not in labels(community.cards("managers")[-1])
    history = community.commands("settings history channels")
    assert "with a button on a flag" in plain(history)
    community.presses("Take back 1", history)
    with community.database.reading() as tx:
        assert not settings_of(tx, HOME).wants_no_promotion("general")


def test_what_was_only_looked_at_is_noted_nowhere(community: Community) -> None:
    community.insists(posted(NEWSLETTER, by=eve))
    [button] = [each for each in community.card("managers").buttons if each.label == "Never in this channel"]
    before = len(community.updates())
    community.presses("Leave it", community.shown_for(button))
    # A rule about something else says nothing of it.
    community.presses("Apply", community.commands("settings set channels #help limit=2h"))

    assert decisions(community) == []
    assert len(community.updates()) == before
    assert "Decided" not in plain(community.card("managers"))
    community.passes(days=1)
    with community.database.reading() as tx:
        assert settings_of(tx, HOME).salesy_bar == 0


def test_never_here_counts_where_a_channel_has_a_threshold_of_its_own(found: Founds) -> None:
    community = found(channels={"general": {"salesy_threshold": 0.6}})
    community.insists(posted(NEWSLETTER, by=eve))
    [button] = [each for each in community.card("managers").buttons if each.label == "Never in this channel"]
    community.presses("Apply", community.shown_for(button))

    with community.database.reading() as tx:
        assert settings_of(tx, HOME).salesy_in("general") == 0.42


def test_who_is_asked_again_hears_of_the_rule(found: Founds) -> None:
    community = found(channels={"general": {"promotion": "strict"}})
    community.insists(posted(EDITABLE, by=eve))
    community.presses("Tell them", community.card("managers"))

    assert "Promotion is not wanted in #general. It would pass without" in community.told(eve)[-1].text


def test_only_managers_make_rules_of_it(community: Community) -> None:
    community.insists(posted(NEWSLETTER, by=eve))
    told = community.presses("Never in this channel", community.card("managers"), by=cleo)

    assert told.startswith("Only the managers of this community can do that.")
    assert decisions(community) == []
