"""A few sentences over a digest's lines, by a language model: asked for, checked, and put above the lines.

The digest waits for them for a while. What comes back is believed nothing: a sentence that does not rest on
lines it cites goes, and where too little is left the digest goes out as it would have.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select

from bot.actions import Action
from bot.asking import Call, Source, ask, call_of, done, may_send, wanted
from bot.cards import Item, Section
from bot.communities import shown_in
from bot.events import FellDue, Happened, Judged
from bot.features.digests.lines import ASKED
from bot.features.digests.posting import kept, key_of, posted
from bot.language.cited import FEWEST_SENTENCES, enough, standing
from bot.language.orders import speaks_to_a_model
from prompts import PROMPTS
from prompts.digest import Prose
from storage.tables import Digest, Message, table
from storage.transaction import Transaction

IN_SHORT = "In short, by a language model"
# For so long a digest waits for its sentences.
_WAITS = timedelta(minutes=2)
# Fewer lines need no summing up.
_FEWEST_ITEMS = 3
_ASKED, _DUE = "ask:digest:", "prose:"

_message = table(Message)
_PEOPLE = select(_message.c.author, _message.c.mentions).where(
    and_(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == bindparam("in_channel"),
        _message.c.id == bindparam("of_message"),
    )
)


class _Which(NamedTuple):
    """A digest, and the channel whose readers it was made for."""

    subscription: str
    channel: str
    start: datetime

    @property
    def said(self) -> str:
        return f"{self.subscription}/{self.channel}/{self.start.isoformat()}"

    @classmethod
    def read(cls, said: str) -> "_Which":
        subscription, channel, start = said.split("/", 2)
        return cls(subscription, channel, datetime.fromisoformat(start))


def ask_for_prose(
    event: Happened,
    tx: Transaction,
    subscription: str,
    channel: str,
    start: datetime,
    sections: Sequence[Section],
) -> list[Action]:
    """Return what asks for sentences over a digest that is kept, which then waits for them; else nothing."""
    if not wanted(tx, event.community, "digest"):
        return []
    sent = [
        (section.name, item)
        for section in sections
        for item in section.items
        if all(may_send(tx, event.community, ref.channel) for ref in item.refs)
        and not speaks_to_a_model(item.text)
    ]
    if len(sent) < _FEWEST_ITEMS:
        return []
    which = _Which(subscription, channel, start)
    asked = ask(
        tx,
        event,
        "digest",
        "digest",
        f"{_ASKED}{which.said}",
        {
            "items": [
                {"number": number, "section": _section(name, item), "words": _words(name, item)}
                for number, (name, item) in enumerate(sent, 1)
            ]
        },
        within=_WAITS,
        sources=[
            _source(event.community, tx, item, place) for _, item in sent for place in range(len(item.refs))
        ],
        context={"items": [item.model_dump(mode="json") for _, item in sent]},
    )
    if asked is None:
        return []
    tx.schedule(event.community, "digest", f"{_DUE}{which.said}", event.at + _WAITS)
    return [asked]


def is_waiting(event: FellDue) -> bool:
    """Return whether a digest has waited for its sentences for long enough."""
    return event.key.startswith(_DUE)


def waited(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Post a digest without its sentences, if it still waits."""
    return _post(event, tx, _Which.read(event.key.removeprefix(_DUE)), None)


def is_prose(event: Judged) -> bool:
    """Return whether this came of asking for a digest's sentences."""
    return event.key.startswith(_ASKED)


def answered(event: Judged, tx: Transaction) -> Sequence[Action]:
    """Post a digest with those of its sentences that stand."""
    which = _Which.read(event.key.removeprefix(_ASKED))
    call = call_of(event, tx)
    if _is_posted(event, tx, which):
        if call is not None:
            done(event, tx, "it came too late")
        return []
    items = () if call is None else _checked(event, tx, call)
    tx.unschedule(event.community, "digest", f"{_DUE}{which.said}")
    return _post(event, tx, which, Section(name=IN_SHORT, items=items) if items else None)


def _is_posted(event: Happened, tx: Transaction, which: _Which) -> bool:
    return shown_in(tx, event.community, key_of(which.subscription, which.start)) is not None


def _post(event: Happened, tx: Transaction, which: _Which, prose: Section | None) -> Sequence[Action]:
    row = kept(tx, event.community, which.subscription, which.start)
    if row is None or row.card is None or _is_posted(event, tx, which):
        return []
    sections = tuple(Section.model_validate(section) for section in row.sections)
    if not sections:
        return []  # All it told of was taken back meanwhile.
    if prose is not None:
        sections = (_still(prose, sections), *sections)
        sections = tuple(section for section in sections if section.items)
        told = [section.model_dump(mode="json") for section in sections]
        tx.put(Digest, **{**row._asdict(), "sections": told})
    return [posted(event.community, which.channel, row, sections)]


def _still(prose: Section, sections: Sequence[Section]) -> Section:
    """Return the sentences that rest on lines which are still there."""
    there = {ref for section in sections for item in section.items for ref in item.refs}
    return prose.model_copy(
        update={"items": tuple(item for item in prose.items if there.issuperset(item.refs))}
    )


def _checked(event: Judged, tx: Transaction, call: Call) -> tuple[Item, ...]:
    """Return the sentences that stand, each with the messages it rests on; none where too few do."""
    said = call.answer(Prose).sentences
    sent: Mapping[int, str] = {each["number"]: each["words"] for each in call.sent["items"]}
    items = [Item.model_validate(item) for item in call.context["items"]]
    found: list[Item] = []
    for cited in standing([(each.text, each.cites) for each in said], sent, PROMPTS["digest"].words):
        text = call.put_back(cited.text)
        if text is not None:
            refs = dict.fromkeys(ref for number in cited.items for ref in items[number - 1].refs)
            found.append(Item(text=text, refs=tuple(refs)))
    is_enough = enough(len(found), len(said), FEWEST_SENTENCES)
    came = f"{len(found)} of {len(said)} sentences stood"
    done(event, tx, came if is_enough else f"{came}: too few, so it went out without")
    return tuple(found) if is_enough else ()


def _section(name: str, item: Item) -> str:
    if name != ASKED:
        return name
    return "Asked, still open" if item.text.startswith("Open: ") else "Asked and answered"


def _words(name: str, item: Item) -> str:
    """Return the words of a line alone: who answered a question is not the model's business."""
    return item.text.partition(": ")[2] if name == ASKED else item.text


def _source(community: str, tx: Transaction, item: Item, place: int) -> Source:
    ref = item.refs[place]
    row = tx.row(_PEOPLE, in_community=community, in_channel=ref.channel, of_message=ref.message)
    people = (row.author, *row.mentions) if row is not None else ()
    return Source(ref.channel, ref.message, people)
