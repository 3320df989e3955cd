"""What Hearth needs when it is installed: said once, with pickers, kept up to date, where manners allow."""

from datetime import timedelta
from typing import Any

from bot.actions import Post, Tell, Update
from bot.cards import Card, Select, plain
from bot.events import ButtonPressed, ChannelFound, CommunityFound, Installed
from tests.features.world import HOME, MANAGER, NOON, Community, Founds, ada

NOTHING_SET: dict[str, Any] = dict.fromkeys(("managers_channel", "feedback_channel", "welcome_channel"))


def installed(community: Community, **more: Any) -> None:
    about: dict[str, Any] = {"id": "installed", "community": HOME, "at": community.now, **more}
    community.receives(Installed(**about))


def select_of(card: Card, name: str) -> Select:
    [found] = [select for select in card.selects if select.value == name]
    return found


def setup_now(community: Community) -> Card:
    """Return the card that the installer was told, as it reads now."""
    [told] = [
        each for each in community.actions() if isinstance(each, Tell) and each.key.startswith("setup:")
    ]
    updates = [each for each in community.updates() if each.post == told.key]
    assert all(each.member == told.member and each.channel is None for each in updates)
    return updates[-1].card if updates else told.card


def test_the_installer_is_told_once_what_is_missing(found: Founds) -> None:
    community = found(**NOTHING_SET)
    installed(community, member=MANAGER, channel="general")
    installed(community, member=MANAGER, channel="general")

    card = setup_now(community)
    assert card.title == "Hearth is here, and needs 3 channels"
    assert [select.value for select in card.selects] == [*NOTHING_SET, "timezone"]
    assert all(len(select.options) <= 25 for select in card.selects)
    zones = select_of(card, "timezone")
    assert zones.options[0].value == zones.chosen == "UTC"
    assert len({option.value for option in zones.options}) == len(zones.options)


def test_what_is_chosen_is_set_kept_and_taken_back(found: Founds) -> None:
    community = found(**NOTHING_SET)
    installed(community, member=MANAGER)
    said = community.picks("managers", select_of(setup_now(community), "managers_channel"))

    assert said.title == "managers_channel is changed"
    assert "☑ Channel for flags: #managers" in plain(setup_now(community))
    assert setup_now(community).title == "Hearth is here, and needs 2 channels"
    assert "with a picker" in plain(community.commands("settings history"))
    community.presses("Take it back", on=said)
    assert setup_now(community).title == "Hearth is here, and needs 3 channels"
    # Set in another way, it is marked as done too.
    community.presses("Apply", on=community.commands("settings set feedback_channel #feedback"))
    assert "☑ Channel for digests: #feedback" in plain(setup_now(community))


def test_what_many_would_read_is_previewed_first(found: Founds) -> None:
    community = found(**NOTHING_SET)
    installed(community, member=MANAGER)
    said = community.picks("general", select_of(setup_now(community), "managers_channel"))

    assert "Everybody can read #general" in plain(said)
    assert "needs 3 channels" in setup_now(community).title
    community.presses("Apply", on=said)
    assert "☑ Channel for flags: #general" in plain(setup_now(community))


def test_only_managers_choose(found: Founds) -> None:
    community = found(**NOTHING_SET)
    installed(community, member=MANAGER)
    card = setup_now(community)

    assert "Only the managers" in plain(community.picks("managers", card.selects[0], by=ada))
    assert "Only the managers" in community.presses("Another timezone…", on=card, by=ada)
    assert "Invite me there" in plain(community.picks("C-unheard-of", card.selects[0]))
    assert setup_now(community) == card


def test_any_timezone_can_be_typed_in_a_form(found: Founds) -> None:
    community = found(**NOTHING_SET)
    installed(community, member=MANAGER)
    community.picks("Europe/Berlin", select_of(setup_now(community), "timezone"))
    assert "☑ Timezone: Europe/Berlin" in plain(setup_now(community))
    assert select_of(setup_now(community), "timezone").options[0].value == "Europe/Berlin"

    button = setup_now(community).buttons[0]
    form = community.asks_for(button)
    assert form.fields[0].name == "value"
    assert "Mars/Base" in plain(community.submits(form, value="Mars/Base"))
    assert "Only the managers" in plain(community.submits(form, by=ada, value="Asia/Kathmandu"))
    community.presses("Apply", on=community.submits(form, value="Asia/Kathmandu"))
    zones = select_of(setup_now(community), "timezone")
    assert zones.options[0].value == "Asia/Kathmandu"
    assert len(zones.options) <= 25
    assert "in a form" in plain(community.commands("settings history"))


def test_where_all_is_set_nobody_is_bothered_and_it_can_be_asked_for(community: Community) -> None:
    installed(community, member=MANAGER, channel="general")
    assert community.told(MANAGER) == []
    assert community.commands("setup").title == "All is set: Hearth is at work"


def test_without_unasked_private_words_it_is_said_in_the_channel_once(found: Founds) -> None:
    community = found()
    there: dict[str, Any] = {"community": "discord:1", "at": NOON}
    community.receives(
        CommunityFound(id="found", name="There", **there),
        ChannelFound(id="channel", channel="c1", name="mods", private=True, **there),
        Installed(id="installed", member="m1", channel="c1", **there),
    )
    [post] = [each for each in community.actions() if each.community == "discord:1"]
    assert isinstance(post, Post)
    assert post.channel == "c1"
    press: dict[str, Any] = {"channel": "c1", "member": "m1", "name": "M", "admin": True, **there}
    press["at"] = NOON + timedelta(minutes=1)
    choice = post.card.selects[0]
    community.receives(
        ButtonPressed(
            id="p1", button=choice.name, value=choice.value, chosen=("c1",), interaction="p1", **press
        )
    )
    [update] = [each for each in community.updates() if each.community == "discord:1"]
    assert isinstance(update, Update)
    assert (update.channel, update.member) == ("c1", None)
    assert "☑ Channel for flags: #mods" in plain(update.card)
