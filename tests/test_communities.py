"""What a community sets: read as people write it, refused with what would be right, kept as JSON."""

import functools
import json
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from bot.communities import (
    EXPLAINED,
    NAMES,
    SURE,
    Settings,
    WorkingHours,
    WrongSetting,
    closed_to,
    find_channel,
    find_members,
    is_staff,
    may_quote,
    settings_at,
    settings_from,
    settings_of,
)
from bot.core import Core
from bot.events import ButtonPressed, ChannelFound, CommandGiven, CommunityFound, Event
from bot.features import FEATURES
from storage.database import Database
from storage.tables import Member

HOME = "sandbox:home"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def refused(**setting: object) -> str:
    with pytest.raises(WrongSetting) as wrong:
        settings_from(setting)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90m", timedelta(minutes=90)),
        ("4h", timedelta(hours=4)),
        ("2d", timedelta(days=2)),
        (" 1.5 H ", timedelta(minutes=90)),
        ("30d", timedelta(days=30)),
        ("1m", timedelta(minutes=1)),
    ],
)
def test_a_length_of_time_is_read(written: str, meant: timedelta) -> None:
    assert settings_from({"limit": written}).limit == meant


@pytest.mark.parametrize("written", ["soon", "4", "-4h", "4 hours", "4h30m", "", "1e9h", 4, True, None, []])
def test_what_is_no_length_of_time_is_refused(written: object) -> None:
    assert refused(limit=written) == f'limit: "{written}" is no length of time; write "90m", "4h" or "2d".'


@pytest.mark.parametrize("written", ["0m", "0.5m", "31d", "999999d"])
def test_a_limit_is_from_a_minute_to_a_month(written: str) -> None:
    assert refused(limit=written) == ("limit: a question may wait from one minute (1m) to thirty days (30d).")


@pytest.mark.parametrize(
    ("written", "days", "start", "end"),
    [
        ("Mon-Fri 9:00-17:00", (0, 1, 2, 3, 4), time(9), time(17)),
        ("monday–friday 9–17", (0, 1, 2, 3, 4), time(9), time(17)),
        (" Tue 08:30 - 12:15 ", (1,), time(8, 30), time(12, 15)),
        ("Sun-Thu 9-17", (6, 0, 1, 2, 3), time(9), time(17)),
        ("Sat-Sun 10-22", (5, 6), time(10), time(22)),
        ("Mon,Wed, Fri 8-12", (0, 2, 4), time(8), time(12)),
        ("Mon-Wed,Sat 8-24", (0, 1, 2, 5), time(8), time(0)),
    ],
)
def test_working_hours_are_read(written: str, days: tuple[int, ...], start: time, end: time) -> None:
    hours = settings_from({"working_hours": written}).working_hours

    assert hours == WorkingHours(days=days, start=start, end=end)


@pytest.mark.parametrize("written", ["off", "OFF", "", None])
def test_working_hours_can_be_off(written: str | None) -> None:
    assert settings_from({"working_hours": written}).working_hours is None


@pytest.mark.parametrize(
    "written",
    [
        "9-17",
        "Mon-Fri",
        "Mon-Fri 17-9",
        "Mon-Fri 9-25",
        "Mon-Fri 9:61-17",
        "Monkey-Fri 9-17",
        "Mo-Fr 9-17",
        8,
    ],
)
def test_what_are_no_working_hours_is_refused(written: object) -> None:
    assert refused(working_hours=written) == (
        f'working_hours: "{written}" are no working hours; write "Mon-Fri 9:00-17:00", the earlier hour '
        'first, or "off".'
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("timezone", "Mars", '"Mars" is no timezone; write one as "Europe/Berlin" or "America/New_York".'),
        (
            "timezone",
            "../etc/passwd",
            '"../etc/passwd" is no timezone; write one as "Europe/Berlin" or "America/New_York".',
        ),
        ("timezone", 2, 'it has to be a name as "Europe/Berlin" or "America/New_York".'),
        ("raid_joins", 1, "it has to be a number of people from 2 to 1,000."),
        ("raid_joins", "many", "it has to be a number of people from 2 to 1,000."),
        ("salesy_threshold", 0, "it has to be a number between 0 and 1."),
        (
            "salesy_false_alarms",
            "6 %",
            "it has to be a percentage above 0 and up to 5, as 0.5 %, or off.",
        ),
        (
            "channels",
            {"help": {"promotion": "never"}},
            "promotion in help: it has to be welcome, usual or strict.",
        ),
        (
            "channels",
            {"help": {"promotion_budget": 0}},
            "promotion_budget in help: it has to be a whole number of messages a week from 1 to 1,000.",
        ),
        ("salesy_threshold", float("nan"), "it has to be a number between 0 and 1."),
        ("managers_channel", 17, "it has to be a channel's id."),
        ("sensitivity", "very", "it has to be low, normal or high."),
        ("retention_days", 0, "it has to be a whole number of days from 1 to 3650."),
        ("retention_days", 10.5, "it has to be a whole number of days from 1 to 3650."),
        ("managers", "ada", "it has to be names or ids, 500 at most."),
        ("excluded_members", ["ada"] * 501, "it has to be names or ids, 500 at most."),
        ("channels", ["help"], 'it has to be channels with rules, as {"#help": {"limit": "2h"}}.'),
        ("channels", {"help": 4}, 'it has to be channels with rules, as {"#help": {"limit": "2h"}}.'),
        ("channels", {"help": {"watch": "perhaps"}}, "watch in help: it has to be yes or no."),
        (
            "channels",
            {"help": {"limit": "0m"}},
            "limit in help: a question may wait from one minute (1m) to thirty days (30d).",
        ),
        (
            "channels",
            {"help": {"colour": "red"}},
            "in help there is no rule colour; there are limit, salesy_threshold, promotion, "
            "promotion_budget, sensitivity, watch, model.",
        ),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_what_would_be_right(
    name: str, value: object, sentence: str
) -> None:
    assert refused(**{name: value}) == f"{name}: {sentence}"


def test_an_unknown_setting_names_those_there_are() -> None:
    said = refused(colour="red")

    assert said.startswith("There is no setting colour; there are timezone, working_hours, limit,")


@pytest.mark.parametrize("values", [None, [], "limit=4h"])
def test_settings_are_an_object(values: object) -> None:
    with pytest.raises(WrongSetting, match="Settings have to be an object"):
        settings_from(values)


def test_a_rule_of_a_channel_goes_before_what_holds_for_all() -> None:
    settings = settings_from(
        {
            "limit": "3h",
            "sensitivity": "high",
            "channels": {
                "help": {"limit": "90m", "sensitivity": "low", "salesy_threshold": 0.7},
                "bots": {"watch": False},
                "plain": {"watch": True, "limit": None},
            },
        }
    )

    assert (settings.limit_in("help"), settings.limit_in("bots")) == (
        timedelta(minutes=90),
        timedelta(hours=3),
    )
    assert (settings.asks_in("help"), settings.asks_in("bots")) == (SURE["low"], SURE["high"])
    assert (settings.salesy_in("help"), settings.salesy_in("bots")) == (0.7, settings.salesy_threshold)
    assert (settings.watches("help"), settings.watches("bots")) == (True, False)
    # A channel in which all is as elsewhere has no rules.
    assert list(settings.channels) == ["bots", "help"]


def test_promotion_may_be_welcome_or_unwanted_in_a_channel() -> None:
    settings = settings_from(
        {
            "salesy_threshold": 0.4,
            "salesy_bar": 0.1,
            "channels": {
                "promo": {"promotion": "welcome", "promotion_budget": 3},
                "announcements": {"promotion": "strict"},
                "shop": {"promotion": "strict", "salesy_threshold": 0.45},
            },
        }
    )

    assert settings.promotion_channels == ("promo",)
    assert (settings.welcomes_promotion("promo"), settings.welcomes_promotion("general")) == (True, False)
    assert (settings.promotion_budget("promo"), settings.promotion_budget("general")) == (3, None)
    # A channel's own number is a person's word: the bar does not move it, and unwanted means something there.
    assert [settings.salesy_in(each) for each in ("general", "announcements", "shop")] == [0.5, 0.35, 0.315]


def test_names_are_listed_once_in_their_order() -> None:
    assert settings_from({"managers": ["dan", " ada ", "dan"]}).managers == ("dan", "ada")


def test_every_setting_is_explained() -> None:
    assert set(EXPLAINED) == set(NAMES)


# In a community.


def in_home(database: Database, *events: Event) -> Core:
    """Found a community with an open and a private channel, and have more happen."""
    core = Core(database, FEATURES)
    core.receive(
        [
            CommunityFound(id="found", community=HOME, at=START, name="Home", settings={"limit": "3h"}),
            ChannelFound(id="help", community=HOME, at=START, channel="help", name="help"),
            ChannelFound(id="board", community=HOME, at=START, channel="board", name="board", private=True),
            *events,
        ]
    )
    return core


def changed(minute: int, text: str) -> list[Event]:
    """Return that Dan changes a setting, so many minutes after the start."""
    at = START + timedelta(minutes=minute)
    by = {"community": HOME, "at": at, "channel": "board", "member": "dan", "name": "Dan", "admin": True}
    asked = {"id": f"asked{minute}", "interaction": f"asked{minute}", "text": f"settings set {text}"}
    applied = {"id": f"done{minute}", "interaction": f"done{minute}", "button": "settings.apply"}
    return [
        CommandGiven.model_validate(by | asked),
        ButtonPressed.model_validate(by | applied | {"value": f"asked{minute}"}),
    ]


def test_what_was_set_at_a_time_is_known(database: Database) -> None:
    in_home(database, *changed(10, "limit 1h"), *changed(20, "limit 2h"))
    with database.reading() as tx:
        limits = [
            settings_at(tx, HOME, START + timedelta(minutes=minute)).limit for minute in (-60, 9, 10, 19, 20)
        ]
        now = settings_of(tx, HOME)

    assert limits == [timedelta(hours=hours) for hours in (3, 3, 1, 1, 2)]
    assert now.limit == timedelta(hours=2)


def test_what_is_private_is_quoted_only_there_or_once_it_was_opened(database: Database) -> None:
    core = in_home(database)
    with database.reading() as tx:
        assert may_quote(tx, HOME, "help", "board")
        assert may_quote(tx, HOME, "board", "board")
        assert not may_quote(tx, HOME, "board", "help")
        assert (closed_to(tx, HOME, "help"), closed_to(tx, HOME, "board")) == (["board"], [])
    core.receive(changed(1, "open_channels board"))
    with database.reading() as tx:
        assert may_quote(tx, HOME, "board", "help")
        assert closed_to(tx, HOME, "help") == []
    core.receive(changed(2, "channels board watch=no"))
    with database.reading() as tx:
        assert not may_quote(tx, HOME, "board", "help")
        assert not may_quote(tx, HOME, "board", "board")
        assert closed_to(tx, HOME, "board") == ["board"]


def test_staff_are_named_as_members_or_by_what_the_platform_says_of_them(database: Database) -> None:
    in_home(database, *changed(1, "staff U1, R7, example.com"))
    with database.reading() as tx:
        assert is_staff(tx, HOME, "U1")
        assert is_staff(tx, HOME, "U2", ["R7"])
        assert is_staff(tx, HOME, "U2", ["R8", "example.com"])
        assert not is_staff(tx, HOME, "U2", ["R8"])
        assert not is_staff(tx, "sandbox:elsewhere", "U1")


minutes = st.integers(1, 30 * 24 * 60).map(lambda number: f"{number}m")
hours = st.builds(
    lambda first, last, start, end: f"{first}-{last} {start}:00-{end}:30",
    st.sampled_from(["Mon", "Wed", "Sun"]),
    st.sampled_from(["Tue", "Fri", "Sun"]),
    st.integers(0, 11),
    st.integers(12, 23),
)
every_setting = st.fixed_dictionaries(
    {},
    optional={
        "timezone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
        "limit": minutes,
        "working_hours": hours | st.just("off"),
        "managers_channel": st.none() | st.text(min_size=1),
        "feedback_channel": st.none() | st.text(min_size=1),
        "welcome_channel": st.none() | st.text(min_size=1),
        "welcome_text": st.just("Hello {name}"),
        "raid_joins": st.integers(2, 1_000),
        "salesy_threshold": st.floats(0.01, 0.99),
        "salesy_false_alarms": st.just("off") | st.floats(0.1, 5),
    },
)


@given(every_setting)
def test_settings_come_back_from_json_as_they_were(values: dict[str, object]) -> None:
    settings = settings_from(values)
    written = json.dumps(settings.model_dump(mode="json", exclude_unset=True))

    assert settings_from(json.loads(written)) == settings
    assert set(json.loads(written)) == set(values)


# Waiting.


def test_without_working_hours_time_is_time() -> None:
    start = datetime(2026, 3, 6, 23, tzinfo=UTC)

    assert Settings().after(start, timedelta(hours=4)) == start + timedelta(hours=4)


def waits(hours: str, start: str, wait: timedelta, timezone: str = "Europe/Berlin") -> str:
    """Return when the wait is over: both times are local ones, as "2026-03-04 10:00"."""
    settings = settings_from({"working_hours": hours, "timezone": timezone})
    began = datetime.fromisoformat(start).replace(tzinfo=settings.zone)
    return f"{settings.after(began, wait).astimezone(settings.zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-04 10:00", "2026-03-04 14:00"),  # within a day
        ("2026-03-04 13:00", "2026-03-04 17:00"),  # to the last minute of it
        ("2026-03-04 15:00", "2026-03-05 11:00"),  # over a night
        ("2026-03-04 03:00", "2026-03-04 13:00"),  # before it begins
        ("2026-03-04 22:00", "2026-03-05 13:00"),  # after it has ended
        ("2026-03-06 16:00", "2026-03-09 12:00"),  # over a weekend
        ("2026-03-07 12:00", "2026-03-09 13:00"),  # on a weekend
        ("2026-03-27 16:00", "2026-03-30 12:00"),  # the clocks go forward in between
        ("2026-10-23 16:00", "2026-10-26 12:00"),  # … or back
    ],
)
def test_only_working_hours_count(start: str, end: str) -> None:
    assert waits("Mon-Fri 9-17", start, timedelta(hours=4)) == end


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-29 00:30", "2026-03-29 06:00"),  # The hour from 2:00 is skipped
        ("2026-10-25 00:30", "2026-10-25 04:00"),  # … or there twice
        ("2026-06-07 00:30", "2026-06-07 05:00"),
    ],
)
def test_in_a_night_when_the_clocks_change_hours_count_as_they_pass(start: str, end: str) -> None:
    assert waits("Sun 0:30-9", start, timedelta(hours=4.5)) == end


def test_a_week_may_begin_on_sunday() -> None:
    friday = "2026-03-06 14:00"

    assert waits("Sun-Thu 9-17", friday, timedelta(hours=1), "Asia/Jerusalem") == "2026-03-08 10:00"


@given(st.integers(1_577_836_800, 1_893_456_000), st.integers(1, 5_000), hours)
def test_the_end_lies_in_working_hours_and_grows_with_the_wait(
    start_s: int, minutes: int, hours: str
) -> None:
    settings = settings_from({"working_hours": hours, "timezone": "America/New_York"})
    begin = datetime.fromtimestamp(start_s, UTC)
    end = settings.after(begin, timedelta(minutes=minutes))
    here = end.astimezone(settings.zone)

    assert settings.working_hours is not None
    assert end >= begin + timedelta(minutes=minutes)
    assert here.weekday() in settings.working_hours.days
    assert settings.working_hours.start < here.time() <= settings.working_hours.end
    assert settings.after(begin, timedelta(minutes=minutes + 1)) > end


@pytest.mark.parametrize(
    ("written", "zone"),
    [("europe/berlin", "Europe/Berlin"), ("berlin", "Europe/Berlin"), ("New York", "America/New_York")],
)
def test_a_timezone_goes_by_what_people_call_it(written: str, zone: str) -> None:
    assert settings_from({"timezone": written}).timezone == zone


@pytest.mark.parametrize("name", ["localtime", "right/UTC", "posix/Europe/Berlin", "posixrules", "Factory"])
def test_what_else_lies_among_timezones_is_none(name: str) -> None:
    with pytest.raises(WrongSetting, match="is no timezone"):
        settings_from({"timezone": name})


def test_a_raid_has_a_size_that_somebody_can_reach() -> None:
    with pytest.raises(WrongSetting, match="a number of people from 2 to 1,000"):
        settings_from({"raid_joins": 10**9})


def test_names_are_found_in_any_case_by_their_index(database: Database) -> None:
    """However many members there are: nobody's name is looked at in vain."""
    with database.transaction() as tx:
        for number, name in enumerate(("Straße", "STRASSE", "ÉVE", "eve")):
            put = {"bot": False, "admin": False, "named_at": START, "role_at": START, "first_seen_at": START}
            tx.put(Member, community=HOME, id=f"U{number}", name=name, called=name.casefold(), **put)
        found = {name: find_members(tx, HOME, name) for name in ("strasse", "éve", "EVE", "U1", "nobody")}
    assert found == {"strasse": ["U0", "U1"], "éve": ["U2"], "EVE": ["U3"], "U1": ["U1"], "nobody": []}

    asked: list[str] = []
    note = functools.partial(_note, asked)
    listen(Engine, "before_cursor_execute", note)
    with database.reading() as tx:
        find_members(tx, HOME, "nobody")
        for channel in ("#help", "#nowhere", "#elsewhere"):
            find_channel(tx, HOME, channel)
    remove(Engine, "before_cursor_execute", note)
    assert any("member.called = " in statement for statement in asked)
    # The names of channels are read once for all that are asked for.
    assert sum("ORDER BY channel.archived" in statement for statement in asked) == 1


def _note(asked: list[str], _: object, __: object, statement: str, *___: object) -> None:
    asked.append(statement)
