"""What talk was for, week by week: what sold, built and cared, whether staff listen, where it tips."""

from sqlalchemy import update

from bot.cards import Card, Picture, plain
from bot.events import ChannelFound
from storage.tables import Daily, table
from tests.features.test_broadcasts import NEWSLETTER, unlike
from tests.features.world import HOME, Community, Founds, ada, bob, cleo, eve, posted


def picture(card: Card, title: str) -> Picture:
    [found] = [each for each in card.pictures if each.title == title]
    return found


def lines(shown: Picture) -> dict[str, tuple[float | None, ...]]:
    return {line.name: line.values for line in shown.lines}


def cares(community: Community, times: int, by: str = bob) -> None:
    """Have somebody ask, and somebody else reply."""
    for number in range(times):
        asked = posted(f"How do I export board {number} to CSV?", by=ada)
        community.says(asked, posted("Under settings, then export.", by=by, thread=asked))


def sells(community: Community, times: int, by: str = eve) -> None:
    community.says(*(posted(NEWSLETTER, by=by) for _ in range(times)))


def titles(card: Card) -> list[str]:
    return [each.title for each in card.pictures]


def fields(card: Card, name: str) -> list[str]:
    return [entry.value for entry in card.fields if entry.name == name]


def test_the_mix_of_a_channel_is_drawn_and_says_where_it_tips(community: Community) -> None:
    cares(community, 2)
    sells(community, 1)
    community.passes(days=7)
    cares(community, 2)
    sells(community, 6)
    community.passes(days=1)
    card = community.commands("health")

    shown = picture(card, "What #general was for")
    assert (shown.kind, shown.unit, shown.labels[-1]) == ("lines", "%", "this week")
    mix = {name: values[-2:] for name, values in lines(shown).items()}
    assert mix == {"selling": (20.0, 60.0), "building": (40.0, 20.0), "caring": (40.0, 20.0)}
    assert shown.labels == ("2 Mar", "this week")
    # A week that goes on tips nowhere yet.
    assert fields(card, "Where it tips") == []
    assert "Selling: between 20 % and 60 %, 60 % in the last." in shown.alt
    assert shown.alt.endswith("A message that is more than one of these counts for each.")

    community.passes(days=7)
    tip = "In #general selling outweighed caring in the week of 9 Mar."
    assert fields(community.commands("health"), "Where it tips") == [tip]
    sells(community, 6)
    community.passes(days=7)
    tip = "In #general selling outweighed caring since the week of 9 Mar."
    assert fields(community.commands("health"), "Where it tips") == [tip]
    cares(community, 2)
    community.passes(days=7)
    tip = "In #general selling outweighed caring in 2 of 4 weeks, last in the week of 16 Mar."
    assert fields(community.commands("health"), "Where it tips") == [tip]
    assert "What #general was for" in plain(community.commands("health #general"))


def test_a_few_messages_tip_nothing(found: Founds) -> None:
    community = found(staff=[eve])
    sells(community, 4)
    community.passes(days=8)
    assert fields(community.commands("health"), "Where it tips") == []

    sells(community, 5)
    community.passes(days=7)
    assert fields(community.commands("health"), "Where it tips") == [
        "In #general selling outweighed caring in the week of 9 Mar.",
        "Staff broadcast more than they replied to members in the week of 9 Mar.",
    ]
    # Of one channel only what is its own is said, whatever it is called.
    community.receives(
        ChannelFound(id="named", community=HOME, at=community.now, channel="general", name="members")
    )
    assert fields(community.commands("health members"), "Where it tips") == [
        "In #members selling outweighed caring in the week of 9 Mar."
    ]


def test_what_managers_call_fine_sells_nothing(found: Founds) -> None:
    community = found(channels={"general": {"promotion_budget": 1}})
    community.insists(*(posted(unlike(number), by=eve) for number in range(6)))
    flagged = [card for card in community.cards("managers") if card.quotes]
    assert len(flagged) == 6
    for card in flagged[1:]:
        community.presses("It's fine here", card)
    assert fields(community.commands("health"), "Messages that read like selling") == ["1"]
    community.passes(days=7)
    health = community.commands("health")
    assert fields(health, "Where it tips") == []
    assert lines(picture(health, "Promotion in #general"))["posted"] == (1, 0)
    assert lines(picture(health, "Asked and sold"))["read like selling"] == (1, 0)

    # What is said of an older one has its day and week counted again, where no night would.
    community.passes(days=20)
    community.presses("It's fine here", flagged[0])
    community.presses("Salesy indeed", flagged[1])
    community.presses("Salesy indeed", flagged[2])
    community.passes(days=1)
    health = community.commands("health")
    assert lines(picture(health, "Promotion in #general"))["posted"][0] == 2
    assert lines(picture(health, "Asked and sold"))["read like selling"][0] == 2


def test_what_managers_call_fine_is_no_part_of_a_budget(found: Founds) -> None:
    community = found(channels={"general": {"promotion_budget": 1}})
    community.insists(posted(unlike(1), by=eve))
    community.presses("It's fine here", community.card("managers"))
    community.insists(posted(unlike(2), by=ada))
    over = "More promotion than #general is meant to have"
    assert over not in [card.title for card in community.cards("managers")]
    community.insists(posted(unlike(3), by=bob))

    assert over in [card.title for card in community.cards("managers")]


def test_what_is_welcome_sells_too_and_a_budget_is_drawn_beside_it(found: Founds) -> None:
    community = found(channels={"general": {"promotion": "welcome", "promotion_budget": 2}})
    sells(community, 1)
    community.passes(days=1)
    card = community.commands("health")

    assert lines(picture(card, "What #general was for"))["selling"][-1] == 100
    shown = lines(picture(card, "Promotion in #general"))
    assert (shown["posted"][-1], shown["budget"][-1]) == (1, 2)


def test_staff_who_reply_listen_and_who_broadcast_do_not(found: Founds) -> None:
    community = found(staff=[bob, cleo])
    cares(community, 3)
    asked = posted("Shall we ship it on Friday?", by=bob)
    # Staff among themselves listen to no member.
    community.says(asked, posted("Yes, in the morning.", by=cleo, thread=asked))
    sells(community, 1, by=cleo)
    sells(community, 1, by=eve)
    community.passes(days=1)
    card = community.commands("health")

    shown = lines(picture(card, "Whether staff listen"))
    assert (shown["replies to members"][-1], shown["broadcasts"][-1]) == (3, 1)
    [said] = fields(card, "Staff")
    assert said == "3 replies to members, 1 broadcast, in 1 week (3 to 1)"
    assert fields(card, "Where it tips") == []

    sells(community, 3, by=bob)
    community.passes(days=7)
    tips = fields(community.commands("health"), "Where it tips")
    assert "Staff broadcast more than they replied to members in the week of 2 Mar." in tips


def test_that_more_is_sold_where_it_is_welcome_is_no_news(found: Founds) -> None:
    community = found(channels={"general": {"promotion": "welcome"}})
    sells(community, 6)
    community.passes(days=8)

    assert fields(community.commands("health"), "Where it tips") == []


def test_days_that_were_counted_before_are_not_drawn_as_nought(community: Community) -> None:
    sells(community, 6)
    community.passes(days=8)
    with community.database.transaction() as tx:
        tx.run(update(table(Daily)).values(replies=None, staff_replies=None, staff_broadcasts=None))
    card = community.commands("health")

    assert [each.title for each in card.pictures if each.title.startswith("What #")] == []
    assert fields(card, "Where it tips") == []


def test_a_private_channel_is_named_among_managers_alone(community: Community) -> None:
    community.says(posted(NEWSLETTER, by=eve, channel="board"))
    community.passes(days=1)

    assert "What #board was for" in titles(community.commands("health"))
    elsewhere = community.commands("health", channel="help")
    assert "board" not in plain(elsewhere)
    assert plain(community.commands("health board", channel="help")).startswith("I know of no channel")


def test_managers_are_told_once_when_a_weeks_budget_is_passed(found: Founds) -> None:
    community = found(channels={"general": {"promotion": "welcome", "promotion_budget": 2}})
    sells(community, 2)
    assert community.cards("managers") == []
    sells(community, 2)

    card = community.card("managers")
    assert card.title == "More promotion than #general is meant to have"
    assert card.text == "3 promotional posts since Monday; its budget is 2 a week."
    assert len(card.sections[0].items) == 3
    community.passes(days=7)
    sells(community, 3)
    assert len(community.cards("managers")) == 2


def test_a_budget_shows_nothing_of_a_private_channel_and_holds_without_welcome(found: Founds) -> None:
    community = found(channels={"board": {"promotion_budget": 1}})
    community.insists(*(posted(unlike(number), by=eve, channel="board") for number in range(2)))

    [card] = [card for card in community.cards("managers") if card.title.startswith("More promotion")]
    assert (card.fields[0].value, card.sections) == ("#board", ())


def test_the_card_on_a_budget_loses_its_links_when_its_channel_turns_private(found: Founds) -> None:
    community = found(channels={"general": {"promotion_budget": 1}})
    community.insists(*(posted(unlike(number), by=eve) for number in range(2)))

    def budget() -> Card:
        return next(card for card in community.cards("managers") if "budget is" in card.text)

    assert len(budget().sections[0].items) == 2
    community.passes(days=8)
    for private in (True, False):
        community.receives(
            ChannelFound(
                id=f"private {private}",
                community=HOME,
                at=community.now,
                channel="general",
                name="general",
                private=private,
            )
        )
        assert bool(budget().sections) is not private
        community.passes(minutes=1)


def test_a_budget_counts_what_its_author_left_and_is_told_again_once_it_is_another(found: Founds) -> None:
    community = found(channels={"general": {"promotion_budget": 1}})
    over = "More promotion than #general is meant to have"
    first, second, third = (posted(unlike(number), by=eve) for number in range(3))
    community.insists(first)
    community.says(second)
    community.delivers()
    assert over not in [card.title for card in community.cards("managers")]
    community.deletes(second)
    community.passes(minutes=11)
    assert over not in [card.title for card in community.cards("managers")]

    community.insists(third)
    assert [card.title for card in community.cards("managers")].count(over) == 1
    community.presses("Apply", community.commands("rules try #general promotion_budget=2"))
    community.insists(posted(unlike(4), by=bob), posted(unlike(5), by=cleo))
    assert [card.title for card in community.cards("managers")].count(over) == 2


def test_the_card_on_a_budget_goes_with_what_is_taken_back_or_called_fine(found: Founds) -> None:
    community = found(channels={"general": {"promotion_budget": 1}})
    said = [posted(unlike(number), by=by) for number, by in enumerate((ada, bob, cleo))]
    community.insists(*said)

    def budget() -> Card:
        return next(card for card in community.cards("managers") if "budget" in card.text)

    assert budget().text.startswith("2 promotional posts")
    community.deletes(said[0])
    assert "2 promotional posts" in budget().text
    assert len(budget().sections[0].items) == 2
    flag = next(card for card in community.cards("managers") if card.title == "This reads like selling")
    community.presses("It's fine here", flag)
    assert budget().title == "#general is within its budget again"


def test_a_budget_counts_what_was_posted_in_a_weeks_last_minutes(found: Founds) -> None:
    community = found(channels={"general": {"promotion_budget": 1}})
    community.passes(days=6 - community.now.weekday())
    community.waits_until(community.now.replace(hour=23, minute=50))
    community.insists(posted(unlike(1), by=ada), posted(unlike(2), by=bob))

    assert [card for card in community.cards("managers") if "its budget is 1 a week" in card.text]


def test_a_budget_that_is_spent_already_is_told_of_when_it_is_set(found: Founds) -> None:
    community = found()
    community.insists(*(posted(unlike(number), by=eve) for number in range(3)))
    community.presses("Apply", community.commands("rules try #general promotion_budget=2"))

    assert "3 promotional posts since Monday; its budget is 2 a week." in plain(
        community.cards("managers")[-1]
    )
