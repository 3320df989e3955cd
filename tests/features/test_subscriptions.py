"""Managers subscribe channels to digests, in words of any sensible order, and look after them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.cards import plain
from bot.communities import MANAGERS_ONLY
from bot.events import ChannelFound
from bot.features.digests.grammar import EXAMPLE
from tests.features.test_broadcasts import NEWSLETTER, unlike
from tests.features.test_digests import a_week, lines
from tests.features.test_feedback import BUG, PRAISE, REQUEST
from tests.features.world import HOME, Community, Founds, ada, bob, cleo, eve, posted


def subscribed(community: Community, text: str, channel: str = "managers") -> str:
    """Subscribe and return the id."""
    card = community.commands(f"subscribe {text}", channel=channel)
    assert card.title.startswith("Subscribed, as "), plain(card)
    return card.title.removeprefix("Subscribed, as ")


# The grammar.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "requests, bugs weekly monday 9:00 Europe/Berlin in #help",
            "Requests and bugs, each Monday at 9:00 (Europe/Berlin), to #help. The first comes on "
            "Monday 9 March at 9:00 and covers 2 March to 8 March 2026.",
        ),
        (
            "in #help europe/berlin 9:00 mondays bugs and requests please",
            "Requests and bugs, each Monday at 9:00 (Europe/Berlin), to #help. The first comes on "
            "Monday 9 March at 9:00 and covers 2 March to 8 March 2026.",
        ),
        (
            "praise every day at 8 pm",
            "Praise, each day at 20:00 (UTC), to #managers. The first comes on Monday 2 March at 20:00 "
            "and covers 1 March 2026.",
        ),
        (
            "everything on the 1st berlin",
            "Everything, on the 1st of each month at 9:00 (Europe/Berlin), to #managers. The first comes on "
            "Wednesday 1 April at 9:00 and covers 1 March to 31 March 2026.",
        ),
        (
            "questions monthly on the 31st noon <#general|general>",
            "Questions, on the last day of each month at 12:00 (UTC), to #general. The first comes "
            "on Tuesday 31 March at 12:00 and covers 28 February to 30 March 2026.",
        ),
        (
            "all fri 17.30 here",
            "Everything, each Friday at 17:30 (UTC), to #managers. The first comes on "
            "Friday 6 March at 17:30 and covers 27 February to 5 March 2026.",
        ),
        (
            "bugs weekly",
            "Bugs, each Monday at 9:00 (UTC), to #managers. The first comes on Monday 9 March at 9:00 and "
            "covers 2 March to 8 March 2026.",
        ),
        (
            "bugs monthly on the 15",
            "Bugs, on the 15th of each month at 9:00 (UTC), to #managers. The first comes on "
            "Sunday 15 March at 9:00 and covers 15 February to 14 March 2026.",
        ),
        (
            "bugs monthly on the 5 at 8",
            "Bugs, on the 5th of each month at 8:00 (UTC), to #managers. The first comes on "
            "Thursday 5 March at 8:00 and covers 5 February to 4 March 2026.",
        ),
        (
            "bugs every 1st day of the month at 7",
            "Bugs, on the 1st of each month at 7:00 (UTC), to #managers. The first comes on "
            "Wednesday 1 April at 7:00 and covers 1 March to 31 March 2026.",
        ),
        (
            "daily 12am asia/KOLKATA",
            "Everything, each day at 0:00 (Asia/Kolkata), to #managers. The first comes on "
            "Tuesday 3 March at 0:00 and covers 2 March 2026.",
        ),
    ],
)
def test_words_come_in_any_order(community: Community, text: str, said: str) -> None:
    assert community.commands(f"subscribe {text}").text == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bugs weakly", 'I do not understand "weakly": did you mean weekly?'),
        ("bugz daily", 'I do not understand "bugz": did you mean bugs?'),
        ("bugs Europe/Berlim", '"Europe/Berlim" is no timezone: write one as Europe/Berlin.'),
        ("bugs at 25:00", '"25:00" is no time of day: write it as 9:00, 17:30 or 8am.'),
        ("bugs 13pm", '"13pm" is no time of day'),
        ("bugs on the 32nd", 'No month has a "32nd": write 1st to 31st.'),
        ("bugs daily monday", 'A daily digest has no "Monday": leave it out, or write weekly.'),
        ("bugs weekly on the 1st", 'A weekly digest has no "the 1st": name a day of the week'),
        ("bugs monthly friday", 'A monthly digest has no "Friday": write on which date'),
        (
            "bugs monday 1st",
            '"Monday" goes with a weekly digest and "the 1st" with a monthly one: choose one.',
        ),
        ("bugs monday friday", "A subscription has one day of the week, and you named Monday and Friday"),
        ("bugs 9:00 10:00", "A subscription has one time, and you named 9:00 and 10:00"),
        ("bugs weekly monthly", "It comes weekly and monthly, you say: choose one."),
        ("bugs in #helpp", 'I know no channel "helpp": name one that I am in, as #help.'),
        ("bugs in #help #general", "A subscription has one channel, and you named #help and #general"),
        ("bugs every 2 weeks", 'A digest comes daily, weekly or monthly, and not "every 2 weeks".'),
        ("bugs every 3 days", 'and not "every 3 days".'),
        ("bugs every other monday", 'and not "every other monday".'),
        ("praise weekly on 1", 'A weekly digest has no "the 1st": name a day of the week'),
        ("everything but not bugs", '"but" takes something away, and a digest is about what you name'),
        ("bugs right/UTC", '"right/UTC" is no timezone'),
        (
            "bugs qwertyuiop",
            'I do not understand "qwertyuiop": a digest is about questions, requests, bugs, complaints, '
            "praise and broadcasts, or all",
        ),
        ("foo sometimes, foo", 'I do not understand "foo" and "sometimes": a digest is about questions,'),
        ("bugs 2026-03-02", 'I do not understand "2026-03-02": write a time as 9:00'),
    ],
)
def test_each_unclear_word_is_named_with_what_would_be_right(
    community: Community, text: str, said: str
) -> None:
    answered = plain(community.commands(f"subscribe {text}"))

    assert said in answered
    assert "Nothing was subscribed." in answered
    assert "weekly: everything" in plain(community.commands("subscriptions"))


def test_all_unclear_words_are_named_at_once(community: Community) -> None:
    said = community.commands("subscribe bugz weakly 99:99").text

    assert all(f'"{word}"' in said for word in ("bugz", "weakly", "99:99"))


def test_without_words_it_explains_itself(community: Community) -> None:
    assert EXAMPLE in plain(community.commands("subscribe"))


def test_a_private_channel_is_suggested_to_managers_alone(community: Community) -> None:
    assert "as #board." in plain(community.commands("subscribe bugs in #bord"))
    assert "#board" not in plain(community.commands("subscribe bugs in #bord", channel="general"))


def test_what_goes_to_a_channel_that_is_archived_is_paused_and_managers_are_told(
    community: Community,
) -> None:
    id_ = subscribed(community, "bugs daily in #help")
    kept = subscribed(community, "bugs daily in #board")
    for number in range(2):
        community.receives(
            ChannelFound(
                id=f"closed{number}",
                community=HOME,
                at=community.now,
                channel="help",
                name="help",
                private=False,
                archived=True,
            )
        )
    community.says(*(posted(BUG, by=by) for by in (ada, bob, cleo)))
    community.passes(days=1)

    card = community.card("managers")
    assert card.title == "#help was archived"
    assert f"/community resume {id_}" in card.text
    assert community.cards("help") == []
    assert len(community.cards("board")) == 1
    assert kept not in plain(card)


def test_an_archived_channel_gets_none(community: Community) -> None:
    assert "Nothing was subscribed" in plain(community.commands("subscribe bugs in #nowhere"))


@pytest.mark.parametrize(
    "text",
    [
        "subscribe bugs",
        "subscriptions",
        "preview",
        "now weekly",
        "pause weekly",
        "resume weekly",
        "unsubscribe x",
    ],
)
def test_members_are_refused_kindly(community: Community, text: str) -> None:
    assert MANAGERS_ONLY in plain(community.commands(text, by=ada))
    assert "paused" not in plain(community.commands("subscriptions"))


# What comes of it.


def test_a_subscription_gets_what_it_asked_for_when_and_where(community: Community) -> None:
    subscribed(community, "requests weekly tuesday 8:30 America/New_York in #help")
    a_week(community)
    community.says(posted(REQUEST, by=ada), posted(f"{REQUEST} too", by=cleo))
    due_at = datetime(2026, 3, 3, 13, 30, tzinfo=UTC)
    community.waits_until(due_at - timedelta(seconds=1))
    assert community.cards("help") == []
    community.waits_until(due_at)

    card = community.card("help")
    assert card.title == "Requests of the week"
    assert list(lines(card)) == ["Wanted"]
    assert card.text == "24 February to 2 March 2026"
    community.waits_until(due_at + timedelta(days=6))
    assert len(community.cards("help")) == 1


def test_what_sold_is_told_of_in_private_channels_alone(community: Community) -> None:
    assert "shown in private channels only" in plain(community.commands("subscribe broadcasts in #help"))
    public = community.commands("subscribe questions, praise, broadcasts daily in #help")
    assert "What reads like selling is left out" in public.footer
    subscribed(community, "broadcasts, bugs daily at 9")
    community.says(posted(NEWSLETTER, by=eve), posted(BUG, by=ada), posted(f"{BUG} again", by=bob))
    community.passes(days=1)

    [card] = [card for card in community.cards("managers") if card.title == "Bugs and broadcasts of the day"]
    assert list(lines(card)) == ["Reported", "Read like selling"]
    assert not any("Read like selling" in lines(card) for card in community.cards("help"))


def test_what_managers_call_fine_reads_like_selling_in_no_digest(community: Community) -> None:
    subscribed(community, "broadcasts, bugs daily at 9")
    community.insists(posted(unlike(1), by=eve), posted(unlike(2), by=ada), posted(BUG, by=bob))
    fine = posted(unlike(3), by=cleo)
    community.insists(fine)
    community.presses("It's fine here", community.cards("managers")[-1])
    community.passes(days=1)

    [card] = [card for card in community.cards("managers") if card.title == "Bugs and broadcasts of the day"]
    listed = lines(card)["Read like selling"]
    assert len(listed) == 2
    assert not any("item3x" in line for line in listed)
    assert ("Read like selling", "2") in [(entry.name, entry.value) for entry in card.fields]


def test_a_channel_that_is_made_public_is_not_told_what_reads_like_selling(community: Community) -> None:
    """Not how often either."""
    community.commands("subscribe bugs, broadcasts daily 9:00 in #board")
    community.receives(
        ChannelFound(
            id="opened", community=HOME, at=community.now, channel="board", name="board", private=False
        )
    )
    community.says(posted(NEWSLETTER, by=bob), *(posted(BUG, by=by) for by in (ada, bob, cleo)))
    community.passes(days=1)

    card = community.card("board")
    assert card.title == "Bugs of the day"
    assert [entry.name for entry in card.fields] == ["Messages", "Bugs"]


def test_a_private_channels_digest_may_quote_itself(community: Community) -> None:
    subscribed(community, "requests daily", channel="board")
    subscribed(community, "requests daily in #help")
    wants = [
        posted(f"It would be great if we could fire agency {n}", by=ada, channel="board") for n in range(3)
    ]
    community.says(*wants)
    community.passes(days=1)

    assert len(lines(community.card("board"))["Wanted"]) == 3
    assert community.cards("help") == []


def test_a_preview_shows_what_both_its_readers_and_the_askers_channel_may_read(community: Community) -> None:
    id = subscribed(community, "requests daily", channel="board")
    secret = "It would be great if we could fire the agency"
    community.says(posted(secret, by=ada, channel="board"), posted(REQUEST, by=bob))

    here, there = community.commands(f"preview {id}"), community.commands(f"preview {id}", channel="board")
    assert lines(here) == {"Wanted": [REQUEST]}
    assert set(lines(there)["Wanted"]) == {REQUEST, secret}
    assert here.fields[0].value == "1"
    assert here.text.endswith("It goes to #board on Tuesday 3 March at 9:00.")
    assert community.cards("board") == []


# Now.


def test_now_posts_what_there_is_and_the_next_one_begins_there(community: Community) -> None:
    id = subscribed(community, "bugs, praise weekly in #help")
    community.says(posted(BUG, by=ada))
    said = community.commands(f"now {id}").text
    assert said == "Posted in #help: 2 March 2026 until 12:01. The next one begins where it ends."
    card = community.commands(f"preview {id}")
    assert card.text.startswith("There is nothing to tell since Monday 2 March at 12:01. It goes to #help on")
    assert card.footer == "I read no message, up to Monday 2 March at 12:01."
    assert lines(community.card("help")) == {"Reported": [BUG]}
    community.says(*(posted(f"{PRAISE} {n}", by=by) for n, by in enumerate((ada, bob, cleo))))
    community.passes(days=8)

    one, two = [row for row in community.digests() if row.subscription == id]
    assert one.window_to == two.window_from
    assert list(lines(community.cards("help")[1])) == ["Praised"]


def test_with_nothing_to_tell_now_posts_nothing_and_moves_nothing(community: Community) -> None:
    id = subscribed(community, "bugs daily in #help")
    said = community.commands(f"now {id}").text

    assert (
        said == "There is nothing to tell since Monday 2 March at 0:00: nothing was posted, and it goes on."
    )
    assert community.cards("help") == []


def test_now_needs_a_channel(found: Founds) -> None:
    community = found(feedback_channel=None)

    assert "name a feedback channel" in community.commands("now weekly").text


# Looking after them.


def test_they_are_listed_with_their_buttons(community: Community) -> None:
    id = subscribed(community, "bugs daily in #help")
    card = community.commands("subscriptions")

    assert [item.text for item in card.sections[0].items] == [
        "weekly: everything members say, each Monday at 9:00 (UTC), to #feedback; "
        "next Monday 9 March at 9:00",
        f"{id}: bugs, each day at 9:00 (UTC), to #help; next Tuesday 3 March at 9:00",
    ]
    assert [button.label for button in card.buttons] == [
        "Preview weekly",
        "Pause weekly",
        f"Preview {id}",
        f"Pause {id}",
        f"Unsubscribe {id}",
    ]


def test_the_same_is_subscribed_once(community: Community) -> None:
    id = subscribed(community, "bugs daily in #help")

    assert f"subscribed already, as {id}" in plain(community.commands("subscribe daily bugs at 9 in #help"))


def test_a_paused_one_is_kept_and_not_posted_and_goes_on_without_a_gap(community: Community) -> None:
    id = subscribed(community, "bugs, requests, questions daily at 9 in #help")
    card = community.commands("subscriptions")
    assert community.presses(f"Pause {id}", card).startswith("Paused: ")
    assert community.commands(f"pause {id}").text == f"{id} is paused already."
    a_week(community)
    community.passes(days=2)
    assert community.cards("help") == []
    assert "paused" in plain(community.commands(f"preview {id}"))
    card = community.commands("subscriptions")
    assert community.presses(f"Resume {id}", card).startswith("It goes on: ")
    assert community.commands(f"resume {id}").text == f"{id} is not paused."
    a_week(community)
    community.passes(days=1)

    rows = [row for row in community.digests() if row.subscription == id]
    assert [row.skipped for row in rows] == ["paused", "paused", None]
    assert all(one.window_to == two.window_from for one, two in pairwise(rows))
    assert len(community.cards("help")) == 1


def test_the_weekly_one_can_be_paused_but_belongs_to_its_channel(community: Community) -> None:
    assert "pause it with" in community.commands("unsubscribe weekly").text
    community.commands("pause weekly")
    a_week(community)
    community.passes(days=8)

    assert community.cards("feedback") == []
    assert [row.skipped for row in community.digests()] == ["paused"]


def test_who_unsubscribed_gets_no_more(community: Community) -> None:
    id = subscribed(community, "bugs, requests, questions daily at 9 in #help")
    card = community.commands("subscriptions")
    assert community.presses(f"Unsubscribe {id}", card).startswith("Unsubscribed: ")
    a_week(community)
    community.passes(days=3)

    assert community.cards("help") == []
    assert f'There is no subscription "{id}"' in community.commands(f"preview {id}").text


def test_a_button_of_a_list_is_the_managers(community: Community) -> None:
    id = subscribed(community, "bugs daily at 9 in #help")
    card = community.commands("subscriptions")
    [button] = [button for button in card.buttons if button.label == f"Pause {id}"]

    assert community.presses_button(button, by=eve) == MANAGERS_ONLY
    assert "paused" not in plain(community.commands("subscriptions"))


def test_which_one_is_asked_where_there_are_several(community: Community) -> None:
    id = subscribed(community, "bugs daily at 9 in #help")

    card = community.commands("now")
    assert card.title == "Which one?"
    assert f"{id}: bugs, each day at 9:00 (UTC), to #help; next Tuesday 3 March at 9:00" in plain(card)
    assert [button.label for button in card.buttons] == ["Post now weekly", f"Post now {id}"]
    assert f"/community now {id}" in card.footer
    assert community.presses(f"Post now {id}", card).startswith("There is nothing to tell since")


def test_the_only_one_needs_no_id(community: Community) -> None:
    assert community.commands("preview").title == "Preview of weekly"


def test_a_community_without_any_is_told_how(found: Founds) -> None:
    community = found(feedback_channel=None)

    assert EXAMPLE in community.commands("subscriptions").text
    assert EXAMPLE in community.commands("pause").text
