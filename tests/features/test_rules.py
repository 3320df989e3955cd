"""A rule about selling is tried on the past month before it is saved: which verdicts would flip is listed."""

import pytest

from bot.cards import plain
from bot.communities import settings_of
from bot.features.settings import trying
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.test_threshold import SCORE, SHOP_TALK
from tests.features.world import HOME, Community, Founds, ada, bob, cleo, eve, posted

AD = "Last chance: 20% off, buy now"


def names(community: Community, command: str) -> list[str]:
    return [section.name for section in community.commands(command).sections]


def test_a_lower_threshold_finds_what_was_fine_and_links_to_it(found: Founds) -> None:
    community = found(salesy_threshold=0.9)
    said = posted(SHOP_TALK, by=ada)
    community.says(said, posted("Good morning!", by=bob), posted(NEWSLETTER, by=eve))
    card = community.commands("rules try salesy_threshold 0.4")

    assert "1 verdict of the last 30 days would flip: 1 salesy. Verdicts given already stay." in plain(card)
    [salesy] = [section for section in card.sections if section.name == "Salesy then"]
    [item] = salesy.items
    assert item.text == f"#general, {SCORE:.2f}: “{SHOP_TALK}”"
    assert item.refs[0].message == said.id
    assert [button.label for button in card.buttons] == ["Apply", "Leave it"]
    with community.database.reading() as tx:
        assert settings_of(tx, HOME).salesy_threshold == 0.9
    community.presses("Apply", card)
    with community.database.reading() as tx:
        assert settings_of(tx, HOME).salesy_threshold == 0.4


def test_what_would_flip_is_told_by_what_a_message_was_called(found: Founds) -> None:
    community = found(salesy_threshold=0.9)
    community.says(posted(SHOP_TALK, by=eve))
    community.presses("Apply", community.commands("settings set salesy_threshold 0.3"))

    # It was fine then, and would be.
    assert "0 verdicts of the last 30 days would flip." in plain(
        community.commands("rules try salesy_threshold 0.9")
    )
    assert "1 salesy." in plain(community.commands("rules try salesy_threshold 0.35"))
    # Where another channel's rule changes, it is not looked at.
    said = plain(community.commands("rules try #help promotion=strict"))
    assert "0 verdicts of the last 30 days would flip." in said


def test_rules_of_a_channel_are_tried_by_its_name_alone(community: Community) -> None:
    community.says(posted(NEWSLETTER, by=eve, channel="announcements"), posted(NEWSLETTER, by=ada))
    card = community.commands("rules try #announcements promotion=welcome promotion_budget=2")

    said = plain(card)
    assert "all alike (default) → #announcements promotion welcome, promotion_budget 2 a week" in said
    assert "1 verdict of the last 30 days would flip: 1 no longer salesy." in said
    [item] = next(section for section in card.sections if section.name == "No longer salesy").items
    assert item.text.startswith("#announcements, ")
    # What the settings preview, on a page or in the chat, lists the same.
    assert "No longer salesy" in names(community, "settings set channels #announcements promotion=welcome")
    assert "would flip" not in plain(community.commands("settings set channels #announcements limit=2h"))


def test_words_are_listed_only_where_they_may_be_read(community: Community) -> None:
    community.says(posted(AD, by=eve, channel="board"), posted(AD, by=ada))
    card = community.commands("rules try salesy_threshold 0.9999", channel="help")

    [fine] = [section for section in card.sections if section.name == "No longer salesy"]
    [shown, hidden] = fine.items
    assert shown.text.startswith("#general, ")
    assert (hidden.text, hidden.refs) == ("And 1 in channels whose words are not shown here.", ())


def test_more_than_are_looked_at_is_said(community: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "_MOST", 12)
    monkeypatch.setattr(trying, "_SCORED", trying._SCORED.limit(13))
    community.says(*(posted(AD, by=eve) for _ in range(13)))
    card = community.commands("rules try salesy_bar 0.2")
    assert "would flip." in plain(card)
    card = community.commands("rules try salesy_threshold 0.9999")

    said = plain(card)
    assert "12 verdicts of the last 30 days would flip" in said
    assert "More than 12 messages scored: only the newest of them were looked at." in said
    [fine] = [section for section in card.sections if section.name == "No longer salesy"]
    assert (len(fine.items), fine.items[-1].text) == (11, "And 2 more.")


def test_what_no_score_is_kept_of_is_said_to_be_unknown(community: Community) -> None:
    said = plain(community.commands("rules try salesy_threshold 0.05"))

    assert "How many that scored less than 0.1 would be salesy then cannot be told" in said


def test_the_rules_in_force_are_told(found: Founds) -> None:
    community = found(
        channels={
            "announcements": {"promotion": "strict", "promotion_budget": 3},
            "general": {"promotion": "welcome"},
            "help": {"limit": "2h"},
        }
    )
    card = community.commands("rules")

    [otherwise] = card.sections
    assert [item.text for item in otherwise.items] == [
        "#announcements: promotion is unwanted, salesy from 0.28, up to 3 a week",
        "#general: promotion is welcome",
    ]
    assert "False alarms at most: 0.5 %" in plain(card)


def test_a_private_channel_is_named_among_managers_alone(found: Founds) -> None:
    community = found(channels={"board": {"promotion": "strict"}})
    said = "promotion is unwanted, salesy from 0.28"

    assert f"#board: {said}" in plain(community.commands("rules"))
    elsewhere = plain(community.commands("rules", channel="general"))
    assert f"a private channel: {said}" in elsewhere
    assert "board" not in elsewhere


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("rules tri salesy_threshold 0.3", "After rules comes try with a rule, or nothing."),
        ("rules try limit 3h", "limit is no rule about selling; salesy_threshold, salesy_bar, channels are."),
        ("rules try salesy_threshold", "Say what salesy_threshold shall be: 0.4"),
        ("rules try salesy_threshold 3", "salesy_threshold: it has to be a number between 0 and 1."),
        ("rules try #nowhere promotion=strict", 'channels: I know of no channel "#nowhere" here'),
        ("rules try salesy_threshold 0.4", "salesy_threshold is so already: there is nothing to change."),
    ],
)
def test_what_cannot_be_tried_is_said(community: Community, command: str, sentence: str) -> None:
    card = community.commands(command)
    assert plain(card).startswith(sentence)
    assert card.buttons == ()


def test_rules_are_for_managers(community: Community) -> None:
    said = plain(community.commands("rules", by=cleo))
    assert said.startswith("Only the managers of this community can do that.")
