"""How the last seven days were, and the weeks before in pictures."""

from datetime import timedelta

from bot.cards import Card
from storage.tables import Daily, Erased
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import HOME, NOON, Community, Founds, ada, bob, cleo, eve, posted

DAY = 24 * 60.0


def figures(card: Card) -> dict[str, str]:
    return {entry.name: entry.value for entry in card.fields}


def test_a_quiet_week_is_told_plainly(community: Community) -> None:
    card = community.commands("health")

    assert card.title == "The last 7 days"
    assert figures(card) == {
        "Messages": "0",
        "Members who spoke": "0",
        "Seen for the first time": "1",
        "Questions answered": "none were asked",
        "Messages that read like selling": "0",
    }


def test_a_week_of_talk(community: Community) -> None:
    first = posted("How do I export to CSV?", by=ada, channel="help")
    second = posted("How do I print a board?", by=cleo, channel="help", minutes=30)
    community.says(
        first,
        posted("Settings → Export", by=bob, thread=first, minutes=10),
        second,
        posted("Press ⌘P", by=bob, thread=second, minutes=180),
        posted("Who can help me with single sign-on?", by=eve, channel="help"),
        posted(NEWSLETTER, by=eve),
        posted("A new build is out", by="feeds", bot=True),
    )
    community.joins("fay")

    assert figures(community.commands("health")) == {
        "Messages": "6",
        "Members who spoke": "4",
        "Seen for the first time": "6",
        "Questions answered": "2 of 3",
        "Half of those who heard back did within": "1.6 h",
        "Messages that read like selling": "1",
        "Private words to authors": "1 on its way",
    }


def test_what_is_older_than_seven_days_is_left_out(community: Community) -> None:
    community.says(posted("How do I export to CSV?", by=ada))
    community.passes(days=8)

    told = figures(community.commands("health"))
    assert (told["Messages"], told["Seen for the first time"]) == ("0", "0")


def test_what_was_dismissed_or_deleted_does_not_count(community: Community) -> None:
    asked, said = posted("How do I export to CSV?", by=ada), posted("Good morning all", by=bob, minutes=90)
    community.says(asked)
    community.passes(hours=5)
    community.presses("Not a question", community.card("managers"))
    community.says(said)
    community.deletes(said)

    told = figures(community.commands("health"))
    assert (told["Questions answered"], told["Messages"]) == ("none were asked", "1")


def test_the_last_weeks_are_shown_in_pictures(found: Founds) -> None:
    community = found(timezone="Europe/Berlin")
    for week in range(3):
        asked = posted("How do I export to CSV?", by=ada, channel="help", minutes=week and 7 * DAY)
        community.says(asked, *([posted("Settings → Export", by=bob, thread=asked)] if week else []))
    card = community.commands("health")

    assert [picture.title for picture in card.pictures] == [
        "Who was here",
        "Questions answered",
        "Time to the first response",
        "Asked and sold",
    ]
    here, answered, *_ = card.pictures
    assert here.labels == ("2 Mar", "9 Mar", "this week")
    assert list(here.lines[0].values) == [1, 2, 2]
    assert list(answered.lines[0].values) == [0, 100, 100]
    assert card.footer == "Pictures: weeks from Monday on, Europe/Berlin."


def test_pictures_go_back_twelve_weeks(community: Community) -> None:
    community.says(posted("Good morning!", by=ada))
    for _ in range(13):
        community.says(posted("Good morning!", by=ada, minutes=7 * DAY))

    assert len(community.commands("health").pictures[0].labels) == 12


def test_a_card_says_what_is_not_known_of_old_weeks(community: Community) -> None:
    with community.database.transaction() as tx:
        tx.put(Daily, community=HOME, day="2026-03-03", channel="general", messages=9)
        tx.put(Erased, community=HOME, before=NOON + timedelta(days=7))
    community.passes(days=14)
    community.says(posted("Good morning!", by=ada))
    card = community.commands("health")

    assert card.pictures[0].lines[0].values[0] is None
    assert "Who spoke is not known of weeks whose messages are no longer kept" in card.footer
