"""What is stored about a member, as they themselves are shown it."""

from sqlalchemy import and_, bindparam, func, select

from bot.cards import Button, Card, Entry, Item, MessageRef, Section, shorten
from bot.communities import is_forgotten, is_hidden, settings_of
from storage.tables import (
    Asking,
    Broadcast,
    Feedback,
    Filtered,
    Hint,
    Member,
    Message,
    ModelCall,
    ModelSource,
    Question,
    Reaction,
    Trace,
    Volunteer,
    table,
)
from storage.transaction import Transaction

HIDE, SHOW, FORGET, FORGET_SURELY = "me.hide", "me.show", "me.forget", "me.forget_surely"
_ASKED_SHOWN = 5
_QUOTED = 140

_message, _member, _reaction = table(Message), table(Member), table(Reaction)
_question, _feedback, _broadcast = table(Question), table(Feedback), table(Broadcast)
_filtered = table(Filtered)
_MEMBER = select(_member.c.name, _member.c.first_seen_at, _member.c.roles).where(
    _member.c.community == bindparam("in_community"), _member.c.id == bindparam("of_member")
)
_WORDS = select(func.count().label("number")).where(
    _message.c.community == bindparam("in_community"),
    _message.c.author == bindparam("of_member"),
    _message.c.text != "",
)
_REACTIONS = select(func.count().label("number")).where(
    _reaction.c.community == bindparam("in_community"), _reaction.c.member == bindparam("of_member")
)
_QUESTIONS = (
    select(_question.c.state, func.count().label("number"))
    .where(_question.c.community == bindparam("in_community"), _question.c.asker == bindparam("of_member"))
    .group_by(_question.c.state)
)
_FEEDBACK = select(func.count().label("number")).where(
    _feedback.c.community == bindparam("in_community"), _feedback.c.author == bindparam("of_member")
)
_JUDGED = select(func.count().label("number")).where(
    _broadcast.c.community == bindparam("in_community"), _broadcast.c.author == bindparam("of_member")
)
_BROADCASTS = _JUDGED.where(_broadcast.c.verdict != "fine")
_FILTERED = select(func.count().label("number")).where(
    _filtered.c.community == bindparam("in_community"), _filtered.c.author == bindparam("of_member")
)
_TRACES = select(
    func.count(func.distinct(table(Trace).c.channel + "/" + table(Trace).c.message)).label("number")
).where(
    table(Trace).c.community == bindparam("in_community"), table(Trace).c.author == bindparam("of_member")
)
_call, _source = table(ModelCall), table(ModelSource)
# Of what was sent to a language model, how much was said by somebody, and is not forgotten.
_SENT = (
    select(func.count(func.distinct(_message.c.id)).label("number"))
    .select_from(
        _source.join(
            _message,
            and_(
                _message.c.community == _source.c.community,
                _message.c.channel == _source.c.channel,
                _message.c.id == _source.c.message,
            ),
        ).join(_call, and_(_call.c.community == _source.c.community, _call.c.key == _source.c.key))
    )
    .where(
        _source.c.community == bindparam("in_community"),
        _message.c.author == bindparam("of_member"),
        _call.c.sent != "",
    )
)
_volunteer, _asking = table(Volunteer), table(Asking)
_OFFERED = select(_volunteer.c.topics).where(
    _volunteer.c.community == bindparam("in_community"), _volunteer.c.member == bindparam("of_member")
)
_HELP_ASKED = select(func.count().label("number")).where(
    _asking.c.community == bindparam("in_community"), _asking.c.member == bindparam("of_member")
)
_hint = table(Hint)
_HINTED = select(func.count().label("number")).where(
    _hint.c.community == bindparam("in_community"), _hint.c.member == bindparam("of_member")
)
_OPEN = (
    select(_question.c.channel, _question.c.message, _question.c.thread, _message.c.text)
    .select_from(
        _question.join(
            _message,
            and_(
                _message.c.community == _question.c.community,
                _message.c.channel == _question.c.channel,
                _message.c.id == _question.c.message,
            ),
        )
    )
    .where(
        _question.c.community == bindparam("in_community"),
        _question.c.state == "unanswered",
        _question.c.asker == bindparam("of_member"),
    )
    .order_by(_question.c.asked_at.desc(), _question.c.message)
    .limit(_ASKED_SHOWN)
)


def own_card(tx: Transaction, community: str, member: str) -> Card:
    """Return a card that says what is stored about a member, with what they can do about it."""
    if is_forgotten(tx, community, member):
        return Card(
            title="You are forgotten here",
            text="Nothing is stored about you but a mark by which I leave you out, and which says nothing to "
            "anybody else.",
            buttons=(Button(label="Read me again", name=SHOW),),
        )
    hidden = is_hidden(tx, community, member)
    days = settings_of(tx, community).retention_days
    return Card(
        title="What I know about you",
        text="You take part unseen: nothing you say is read or kept."
        if hidden
        else f"What you say is kept for {days} days; then only counts are left, which do not name you.",
        fields=_fields(tx, community, member),
        sections=_open_questions(tx, community, member),
        buttons=(
            Button(label="Read me again", name=SHOW)
            if hidden
            else Button(label="Take part unseen", name=HIDE),
            Button(label="Forget me", name=FORGET, style="danger"),
        ),
        footer="Only you see this.",
    )


def _fields(tx: Transaction, community: str, member: str) -> tuple[Entry, ...]:
    place = {"in_community": community, "of_member": member}
    known = tx.row(_MEMBER, **place)
    fields: list[Entry] = []
    if known is not None:
        zone = settings_of(tx, community).zone
        since = known.first_seen_at.astimezone(zone)
        fields.append(Entry(name="Your name here", value=known.name))
        fields.append(Entry(name="First seen", value=f"{since.day} {since:%B %Y}"))
        if known.roles:
            fields.append(Entry(name="Your roles", value=shorten(", ".join(known.roles), _QUOTED)))
    for name, statement in (
        ("Messages whose words are kept", _WORDS),
        ("Reactions", _REACTIONS),
        ("Messages noted as feedback", _FEEDBACK),
        ("Messages that speak at everyone", _BROADCASTS),
        ("Messages whose score as selling is kept", _JUDGED),
        ("Messages that sell or share something, kept as numbers to find copies", _TRACES),
        ("Flagged by the platform's own filter", _FILTERED),
    ):
        row = tx.row(statement, **place)
        fields.append(Entry(name=name, value=f"{row.number if row else 0:,}"))
    offered, askings = tx.row(_OFFERED, **place), tx.row(_HELP_ASKED, **place)
    if offered is not None:
        fields.append(
            Entry(name="You offered to help with", value=shorten(", ".join(offered.topics), _QUOTED))
        )
    if askings is not None and askings.number:
        fields.append(Entry(name="Times you were asked to help", value=f"{askings.number:,}"))
    hinted = tx.row(_HINTED, **place)
    if hinted is not None and hinted.number:
        fields.append(Entry(name="Times you were shown an earlier answer", value=f"{hinted.number:,}"))
    sent = tx.row(_SENT, **place)
    if sent is not None and sent.number:
        fields.append(Entry(name="Messages a language model was sent", value=f"{sent.number:,}"))
    asked = {row.state: row.number for row in tx.rows(_QUESTIONS, **place)}
    if asked:
        value = f"{sum(asked.values())}, of which {asked.get('answered', 0)} answered"
        fields.append(Entry(name="Questions", value=value))
    return tuple(fields)


def _open_questions(tx: Transaction, community: str, member: str) -> tuple[Section, ...]:
    items = tuple(
        Item(
            text=shorten(" ".join(row.text.split()), _QUOTED),
            refs=(MessageRef(channel=row.channel, message=row.message, thread=row.thread),),
        )
        for row in tx.rows(_OPEN, in_community=community, of_member=member)
    )
    return (Section(name="Your open questions", items=items),) if items else ()
