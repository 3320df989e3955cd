"""Who looks at the pages: links, sessions, and whether their member still is a manager."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import and_, bindparam, select

from bot.communities import has_left, is_manager, manages_by_role, settings_of
from bot.events import ON_A_PAGE, CommandGiven
from bot.keys import PAGES_KEY, unsigned, value_of
from bot.ports import LinkState, Visitor
from storage.tables import Community, Member, PageLink, PageSession, table
from storage.transaction import Transaction

# No channel's id: who reads nothing but what everybody reads.
NOWHERE = "the pages"
# Of a role nothing is heard while somebody is on the pages: it is soon asked for again, in the chat.
ROLE_HOLDS = timedelta(hours=1)

_link = table(PageLink)
_session = table(PageSession)
_member = table(Member)
_community = table(Community)
_LINK = select(_link.c.community, _link.c.member, _link.c.given_at, _link.c.until, _link.c.used_at).where(
    _link.c.id == bindparam("of_link")
)
_SESSION = (
    select(
        _session,
        _community.c.name.label("community_name"),
        _member.c.admin.label("admin_known"),
        _member.c.role_at.label("known_at"),
    )
    .select_from(
        _session.outerjoin(_community, _community.c.id == _session.c.community).outerjoin(
            _member, and_(_member.c.community == _session.c.community, _member.c.id == _session.c.member)
        )
    )
    .where(_session.c.id == bindparam("of_session"), _session.c.until > bindparam("at"))
)


def link_of(tx: Transaction, token: str) -> str | None:
    """Return the id of the link that an address stands for, if it was made with our key."""
    key = value_of(tx, PAGES_KEY)
    return None if key is None else unsigned(key, token)


def community_of(tx: Transaction, link: str) -> str | None:
    """Return the community that a link opens the pages of."""
    row = tx.row(_LINK, of_link=link)
    return str(row.community) if row else None


def state_of(tx: Transaction, token: str, at: datetime) -> LinkState:
    """Say what has become of a link; one that is over is forgotten after a while."""
    link = link_of(tx, token)
    if link is None:
        return "unknown"
    row = tx.row(_LINK, of_link=link)
    if row is None or (row.used_at is None and row.until <= at):
        return "over"
    if has_left(tx, row.community, row.member, row.given_at):
        return "over"
    return "fresh" if row.used_at is None else "used"


def visitor_of(tx: Transaction, session: str, at: datetime) -> Visitor | Literal["no manager"] | None:
    """Return who a session belongs to, if it still holds and they may still look."""
    row = tx.row(_SESSION, of_session=session, at=at)
    if row is None:
        return None
    if has_left(tx, row.community, row.member, row.role_at):
        return "no manager"
    heard_since = row.known_at is not None and row.known_at > row.role_at
    admin = bool(row.admin_known if heard_since else row.admin)
    settings = settings_of(tx, row.community)
    visitor = Visitor(
        community=row.community,
        community_name=row.community_name or row.community,
        member=row.member,
        name=row.name,
        admin=admin,
        roles=tuple(row.roles),
        session=session,
        reads=settings.managers_channel or NOWHERE,
        zone=settings.zone,
    )
    would_do = command(visitor, "", "", at)
    if not is_manager(tx, would_do):
        return "no manager"
    return None if manages_by_role(tx, would_do) and row.begun_at + ROLE_HOLDS <= at else visitor


def command(visitor: Visitor, text: str, name: str, at: datetime) -> CommandGiven:
    """Return the command that a visitor gives on a page, under an event's name."""
    return CommandGiven(
        id=f"{ON_A_PAGE}{name}",
        community=visitor.community,
        at=at,
        channel=visitor.reads,
        member=visitor.member,
        name=visitor.name,
        admin=visitor.admin,
        roles=visitor.roles,
        text=text,
        interaction=f"{ON_A_PAGE}{name}",
    )
