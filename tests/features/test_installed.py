"""A community that Hearth was removed from: nothing is said or falls due there, until it is added again."""

from datetime import timedelta

from sqlalchemy import select

from bot.cards import plain
from bot.events import CapabilityFound, ChannelJoined, Installed, MemberChanged, Uninstalled
from storage.tables import Capability, Member, Outgoing, table
from tests.features.world import HOME, MANAGER, Community, Founds, ada, bob, posted

ASKED = "How do I export my board to CSV?"


def ends(community: Community, name: str = "ended") -> None:
    community.receives(Uninstalled(id=name, community=HOME, at=community.now))


def begins(community: Community, name: str = "installed") -> None:
    community.receives(Installed(id=name, community=HOME, at=community.now))


def waiting(community: Community) -> int:
    with community.database.reading() as tx:
        rows = tx.rows(select(table(Outgoing).c.payload).where(table(Outgoing).c.state == "waiting"))
    return len(rows)


def test_nothing_is_said_where_hearth_was_removed(community: Community) -> None:
    begins(community)
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=6)
    assert waiting(community) == 1
    community.passes(minutes=1)
    ends(community)
    # What waited is set aside, and its words are gone.
    assert waiting(community) == 0
    community.joins(bob)
    community.says(posted("How do I move a card?", by=bob, channel="help"))
    community.passes(days=15)
    assert waiting(community) == 0
    assert community.digests() == []


def test_it_goes_on_when_it_is_added_again(community: Community) -> None:
    begins(community)
    community.passes(minutes=1)
    ends(community)
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(days=2)
    assert community.cards("managers") == []
    begins(community, "again")
    community.passes(seconds=1)

    assert "Nobody has answered" in community.card("managers").title
    community.passes(days=10)
    assert community.digests()


def test_the_later_word_counts_in_whatever_order(community: Community) -> None:
    early = community.now
    community.passes(days=1)
    begins(community)
    community.receives(Uninstalled(id="late", community=HOME, at=early))
    assert "All is well" in plain(community.commands("status"))


def test_what_is_kept_is_erased_in_time_all_the_same(found: Founds) -> None:
    community = found(retention_days=3)
    community.says(posted(ASKED, by=ada, channel="help"))
    ends(community)
    community.passes(days=6)
    assert community.questions() == []


def test_status_says_what_is_off_and_why(community: Community) -> None:
    at = community.now

    def finds(name: str, *, works: bool, reason: str = "", minutes: int = 0) -> None:
        community.receives(
            CapabilityFound(
                id=f"{name}:{works}:{minutes}",
                community=HOME,
                at=at + timedelta(minutes=minutes),
                capability=name,
                works=works,
                reason=reason,
            )
        )

    finds("connection", works=True)
    assert "What works: 1 of 1" in plain(community.commands("status"))
    finds("scope:reactions:read", works=False, reason="The scope reactions:read is missing.", minutes=2)
    finds("scope:reactions:read", works=True, minutes=1)
    said = community.commands("status")
    assert said.title == "Some things need a look"
    assert "- The scope reactions:read is missing. (found" in plain(said)
    finds("scope:reactions:read", works=True, minutes=3)
    assert "All is well" in plain(community.commands("status"))
    finds("connection", works=True, reason="It was silent for 31 minutes.", minutes=4)
    said = community.commands("status")
    assert said.title == "All is well"
    assert "What was off, and works again" in plain(said)
    assert "- It was silent for 31 minutes. (" in plain(said)
    community.passes(days=2)
    assert "silent" not in plain(community.commands("status"))
    with community.database.reading() as tx:
        assert len(tx.rows(select(table(Capability)))) == 2


def test_who_comes_into_a_channel_is_known_and_roles_are_kept(community: Community) -> None:
    community.receives(
        ChannelJoined(id="in", community=HOME, at=community.now, channel="help", member="zoe", name="Zoe"),
        MemberChanged(
            id="roles", community=HOME, at=community.now, member=ada, name="Ada", roles=("r2", "r1")
        ),
        MemberChanged(
            id="unsaid", community=HOME, at=community.now + timedelta(seconds=1), member=ada, name="Ada"
        ),
        MemberChanged(
            id="older",
            community=HOME,
            at=community.now - timedelta(days=1),
            member=ada,
            name="Ada",
            roles=("r9",),
        ),
    )
    with community.database.reading() as tx:
        roles = {row.id: row.roles for row in tx.rows(select(table(Member).c.id, table(Member).c.roles))}
    assert roles == {MANAGER: None, "zoe": None, ada: ["r1", "r2"]}


def test_a_kept_role_makes_a_manager_whose_marks_count(community: Community) -> None:
    community.receives(
        MemberChanged(id="r", community=HOME, at=community.now, member=bob, name="Bob", roles=("r1",))
    )
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.reacts(asked, by=bob)
    assert "Only the managers" in plain(community.commands("status", by=bob))
    community.presses("Apply", on=community.commands("settings set managers r1"))
    assert "Flags go to" in plain(community.commands("status", by=bob))
    question = community.question(asked)
    assert question is not None
    assert question.state == "answered"
