"""How the last seven days were: who spoke, what was answered, how soon, what read like selling."""

from bot.cards import Card
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import Community, ada, bob, cleo, eve, posted


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
