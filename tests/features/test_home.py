"""Hearth's own page on a platform: managers see how things are, everybody what is theirs."""

from collections.abc import Callable, Sequence

from bot.cards import Button, Card, Select, TextField, plain
from bot.communities import EXPLAINED
from bot.installation import settle_in
from storage.database import Database
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import MANAGER, SETTINGS, Community, ada, bob, posted


def button_for(page: Sequence[Card], label: str) -> Button:
    [button] = [button for card in page for button in card.buttons if button.label == label]
    return button


def said_on(page: Sequence[Card]) -> str:
    return "\n".join(plain(card) for card in page)


def test_a_manager_sees_the_community_at_a_glance(community: Community) -> None:
    community.joins(ada)
    community.says(
        posted("How do I export my board to CSV?", by=ada, channel="help"), posted(NEWSLETTER, by=bob)
    )
    community.passes(minutes=5)
    glance, *settings, own = community.home(MANAGER)

    said = plain(glance)
    assert "Open questions: 1, the oldest since 2 March" in said
    assert "Last digest: none yet" in said
    assert "Welcomed in the last 7 days: 1" in said
    assert "Read like selling: 1 of 2 messages (50.0 %)" in said
    assert "managers_channel: #managers" in plain(settings[0])
    # A platform shows only so many together.
    assert all(len(card.buttons) <= 25 for card in settings)
    assert {button.value for card in settings for button in card.buttons} == set(EXPLAINED)
    assert own.title == "What I know about you"


def test_a_setting_is_changed_in_a_form_and_shown_anew(community: Community) -> None:
    button = button_for(community.home(MANAGER), "limit")
    form = community.asks_for(button)
    [field] = form.fields
    assert isinstance(field, TextField)
    assert field.text == "4h"
    assert len(form.title) <= 24

    community.presses("Apply", on=community.submits(form, value="2h"))
    assert "limit: 2 h" in said_on(community.home(MANAGER, opens=False))
    form = community.asks_for(button_for(community.home(MANAGER), "welcome_channel"))
    assert isinstance(form.fields[0], Select)
    community.presses("Apply", on=community.submits(form, value=("help",)))
    assert "welcome_channel: #help" in said_on(community.home(MANAGER, opens=False))


def test_every_setting_has_a_form_that_takes_what_it_offers(community: Community) -> None:
    _, *settings, _ = community.home(MANAGER)
    for button in (button for card in settings for button in card.buttons):
        form = community.asks_for(button)
        assert len(form.title) <= 24
        [field] = form.fields
        filled = (field.chosen,) if isinstance(field, Select) else field.text
        if filled:
            assert "already" in plain(community.submits(form, value=filled)), button.label


def test_a_member_sees_what_is_theirs_alone(opened: Callable[[str], Database], sqlite_url: str) -> None:
    database = opened(sqlite_url)
    settle_in(database, "https://hearth.example.com")
    community = Community(database, SETTINGS)
    community.says(posted("How do I export my board to CSV?", by=ada, channel="help"))
    [own] = community.home(ada)
    assert "How do I export my board to CSV?" in plain(own)
    community.presses("Take part unseen", on=own, by=ada)
    [own] = community.home(ada, opens=False)
    assert "You take part unseen" in plain(own)
    assert "Messages whose words are kept: 0" in plain(own)
    community.presses("Read me again", on=own, by=ada)
    assert "counts" in plain(community.home(ada, opens=False)[0])
