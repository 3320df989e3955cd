"""Gives managers a link that opens the pages once, and ends what the pages no longer need."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update

from bot.actions import Action, answer
from bot.cards import Card
from bot.commands import given
from bot.communities import has_left, is_admin, manages_by_role
from bot.events import ON_A_PAGE, ButtonPressed, CommandGiven, Event, FellDue, PagesOpened
from bot.keys import ADDRESS, PAGES_KEY, link_id, signed, value_of
from storage.tables import Outgoing, PageLink, PageSession, table
from storage.transaction import Transaction

# Long enough to find the browser, short enough to be of no use to who finds the link later.
VALID = timedelta(minutes=15)
# A working day; who wants more asks for another link.
STAYS = timedelta(hours=12)
# An answer on a page is read at once, and may be looked at again for so long.
READABLE = timedelta(hours=1)
LEAVE = "web.leave"

_link = table(PageLink)
_session = table(PageSession)
_outgoing = table(Outgoing)
_LINK = select(_link).where(
    _link.c.community == bindparam("in_community"), _link.c.id == bindparam("of_link")
)
_USE = (
    update(_link)
    .where(_link.c.community == bindparam("in_community"), _link.c.id == bindparam("of_link"))
    .values(used_at=bindparam("at"))
)
_END_LINK = delete(_link).where(
    _link.c.community == bindparam("in_community"), _link.c.id == bindparam("of_id")
)
_END_SESSION = delete(_session).where(
    _session.c.community == bindparam("in_community"), _session.c.id == bindparam("of_id")
)
_LEAVE = _END_SESSION.where(_session.c.member == bindparam("of_member"))
# What is heard of somebody's roles later holds for the pages they have open.
_KNOW_ROLES = (
    update(_session)
    .where(
        _session.c.community == bindparam("in_community"),
        _session.c.member == bindparam("of_member"),
        _session.c.role_at < bindparam("at"),
    )
    .values(admin=bindparam("is_admin"), roles=bindparam("with_roles"), role_at=bindparam("at"))
)
_EMPTY = (
    update(_outgoing)
    .where(_outgoing.c.community == bindparam("in_community"), _outgoing.c.lane == bindparam("of_lane"))
    .values(payload="")
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Give a link, open the pages with it, close them; forget what is over."""
    if isinstance(event, CommandGiven | ButtonPressed):
        _know_roles(event, tx)
    match event:
        case CommandGiven() if given(event, tx, "web") is not None:
            _soon_forgotten(event, tx)
            return [answer(event, _invitation(event, tx))]
        case ButtonPressed() if event.button == LEAVE:
            tx.run(_LEAVE, in_community=event.community, of_id=event.value, of_member=event.member)
            return [answer(event, "You have left the pages.")]
        case CommandGiven() | ButtonPressed():
            _soon_forgotten(event, tx)
        case PagesOpened():
            _open(event, tx)
        case FellDue(feature="web"):
            _forget(event, tx)
        case _:
            pass
    return []


def _invitation(event: CommandGiven, tx: Transaction) -> Card:
    key, address = value_of(tx, PAGES_KEY), value_of(tx, ADDRESS)
    if key is None or address is None:
        return Card(text="The pages are not open here: this Hearth was started without them.")
    if event.interaction.startswith(ON_A_PAGE) and manages_by_role(tx, event):
        return Card(
            text="You are a manager by a role of yours, and what it is now I hear in the chat alone: run "
            "/community web there."
        )
    link = link_id(key, event.community, event.id)
    tx.add(
        PageLink,
        id=link,
        community=event.community,
        member=event.member,
        name=event.name,
        admin=event.admin or is_admin(tx, event.community, event.member),
        roles=list(event.roles),
        given_at=event.at,
        until=event.at + VALID,
    )
    tx.schedule(event.community, "web", f"link/{link}", event.at + VALID)
    return Card(
        title="The pages of this community",
        text=f"{address}/pages/open/{signed(key, link)}",
        footer=f"Only you see this. The link opens them once, within {VALID.seconds // 60} minutes.",
    )


def _open(event: PagesOpened, tx: Transaction) -> None:
    link = tx.row(_LINK, in_community=event.community, of_link=event.link)
    if link is None or link.used_at is not None or link.until <= event.at:
        return
    if has_left(tx, event.community, link.member, link.given_at):
        return
    tx.run(_USE, in_community=event.community, of_link=event.link, at=event.at)
    tx.add(
        PageSession,
        id=event.session,
        community=event.community,
        member=link.member,
        name=link.name,
        link=event.link,
        admin=link.admin,
        roles=list(link.roles),
        role_at=link.given_at,
        begun_at=event.at,
        until=event.at + STAYS,
    )
    tx.schedule(event.community, "web", f"session/{event.session}", event.at + STAYS)


def _know_roles(event: CommandGiven | ButtonPressed, tx: Transaction) -> None:
    """Have the pages that somebody has open heed the roles they have now."""
    if event.interaction.startswith(ON_A_PAGE):
        return  # A page says again what it was opened with.
    admin = event.admin or is_admin(tx, event.community, event.member)
    place = {"in_community": event.community, "of_member": event.member, "at": event.at}
    tx.run(_KNOW_ROLES, **place, is_admin=admin, with_roles=list(event.roles))


def _soon_forgotten(event: CommandGiven | ButtonPressed, tx: Transaction) -> None:
    """See that the words of an answer on a page go once it was read."""
    if event.interaction.startswith(ON_A_PAGE):
        tx.schedule(event.community, "web", f"answer/{event.interaction}", event.at + READABLE)


def _forget(event: FellDue, tx: Transaction) -> None:
    what, _, name = event.key.partition("/")
    if what == "answer":
        tx.run(_EMPTY, in_community=event.community, of_lane=f"!{name}")
    else:
        ends = _END_LINK if what == "link" else _END_SESSION
        tx.run(ends, in_community=event.community, of_id=name)
