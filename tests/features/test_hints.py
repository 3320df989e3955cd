"""Where managers want it, who asks something like an answered question is shown that one, they alone."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.cards import Card, plain
from bot.installation import settle_in
from bot.manners import manners_of
from storage.database import Database
from storage.tables import AskedWord, Hint, Outgoing, table
from tests.features.world import HOME, SETTINGS, Community, Founds, Words, ada, bob, cleo, eve, posted

BEFORE = "Is there a way to set the bluetooth pin of the tracker?"
AGAIN = "Where do I find the bluetooth pin for my tracker?"


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def community(request: pytest.FixtureRequest, opened: Callable[[str], Database]) -> Community:
    """A community with keys that wants hints, on each kind of database."""
    database = opened(request.getfixturevalue(request.param))
    settle_in(database, "https://hearth.example.com")
    return Community(database, {**SETTINGS, "hints": True})


def answered(community: Community, text: str = BEFORE, *, channel: str = "help") -> tuple[Words, Words]:
    """Have something be asked and answered; return both."""
    asked = posted(text, by=ada, channel=channel)
    answer = posted("Settings, then Radio, then PIN", by=bob, thread=asked)
    community.says(asked, answer)
    community.passes(minutes=30)
    return asked, answer


def asks(community: Community, text: str = AGAIN, *, by: str = cleo, channel: str = "general") -> Words:
    """Have somebody ask, and wait for a minute; return the question."""
    asked = posted(text, by=by, channel=channel)
    community.says(asked)
    community.passes(minutes=1)
    return asked


def hint(community: Community, member: str = cleo) -> Card:
    """Return the only card that somebody was shown alone."""
    [whisper] = community.whispered(member)
    return whisper.card


def hints_kept(community: Community) -> list[str | None]:
    with community.database.reading() as tx:
        return [row.outcome for row in tx.rows(select(table(Hint)))]


def test_what_waits_to_be_shown_goes_with_who_is_forgotten(community: Community) -> None:
    answered(community)
    asks(community)
    sure = community.commands("me forget", by=ada, channel="general")
    community.presses("Forget me", on=sure, by=ada)

    with community.database.reading() as tx:
        rows = tx.rows(select(table(Outgoing)).where(table(Outgoing).c.kind == "whisper"))
    assert [(row.state, row.payload) for row in rows] == [("left", "")]


def test_who_asks_is_shown_the_answer_and_can_say_that_it_helped(community: Community) -> None:
    before, answer = answered(community)
    asked = asks(community)
    [whisper] = community.whispered(cleo)
    [item] = whisper.card.sections[0].items
    assert (whisper.channel, whisper.thread) == ("general", None)
    assert item.text == BEFORE
    assert [ref.message for ref in item.refs] == [before.id, answer.id]

    assert "counts as answered" in community.presses("Yes", on=whisper.card, by=cleo)
    stands = community.question(asked)
    assert stands is not None
    assert (stands.state, stands.evidence, stands.decided, stands.answered_by) == (
        "answered",
        "earlier",
        "person",
        None,
    )
    assert "1, 0 not, of 1 shown" in plain(community.commands("health"))
    assert "Times you were shown an earlier answer: 1" in plain(community.commands("me", by=cleo))
    community.passes(hours=6)
    assert community.cards("managers") == []


def test_what_is_asked_in_a_thread_is_answered_there(found: Founds) -> None:
    community = found(hints=True)
    answered(community)
    news = posted("The red tracker is in the shops now.", by=bob, channel="announcements")
    community.says(news, posted(AGAIN, by=cleo, thread=news))
    community.passes(minutes=1)

    [whisper] = community.whispered(cleo)
    assert (whisper.channel, whisper.thread) == ("announcements", news.id)


def test_who_asks_on_opens_it_again_and_an_answer_settles_it(community: Community) -> None:
    answered(community)
    asked = asks(community)
    community.presses("Yes", on=hint(community), by=cleo)
    community.says(posted("That still does not work", by=cleo, thread=asked))
    stands = community.question(asked)
    assert stands is not None
    assert stands.state == "unanswered"
    community.passes(hours=5)
    assert community.card("managers").quotes[0].text == AGAIN

    community.says(posted("Hold the button for ten seconds, then choose PIN", by=bob, thread=asked))
    stands = community.question(asked)
    assert stands is not None
    assert (stands.state, stands.evidence, stands.answered_by) == ("answered", "reply", bob)


def test_who_was_not_helped_keeps_an_open_question(community: Community) -> None:
    answered(community)
    asked = asks(community)
    card = hint(community)
    assert "stays open" in community.presses("No", on=card, by=cleo)
    assert community.presses("Yes", on=card, by=cleo) == "You told me already. Thank you!"
    stands = community.question(asked)
    assert stands is not None
    assert stands.state == "unanswered"
    assert "0, 1 not, of 1 shown" in plain(community.commands("health"))
    community.passes(hours=6)
    assert len(community.cards("managers")) == 1


def test_only_who_asked_can_say(community: Community) -> None:
    answered(community)
    asked = asks(community)
    assert (
        community.presses("Yes", on=hint(community), by=eve) == "That was shown to somebody else, or is gone."
    )
    stands = community.question(asked)
    assert stands is not None
    assert stands.state == "unanswered"


def test_managers_see_where_it_was_found_and_can_reopen_it(community: Community) -> None:
    before, answer = answered(community)
    asks(community)
    community.passes(hours=5)
    community.presses("Yes", on=hint(community), by=cleo)
    card = community.card("managers")
    assert (card.title, card.fields[-1].value) == ("Answered", "found in an earlier answer by Cleo")
    [item] = card.sections[-1].items
    assert [ref.message for ref in item.refs] == [before.id, answer.id]
    community.deletes(before)
    assert BEFORE not in plain(community.card("managers"))

    community.presses("Reopen", on=community.card("managers"))
    assert community.card("managers").title == "Nobody has answered this yet"


def test_what_was_found_in_an_earlier_answer_leads_nobody_to_itself(community: Community) -> None:
    before, _ = answered(community)
    asked = asks(community)
    community.presses("Yes", on=hint(community), by=cleo)
    with community.database.reading() as tx:
        assert {row.message for row in tx.rows(select(table(AskedWord)))} == {before.id}
    community.passes(hours=2)
    asks(community, AGAIN, by=eve)

    [item] = hint(community, eve).sections[0].items
    assert item.refs[0].message not in (asked.id, "")


def test_nobody_is_shown_anything_unless_it_is_wanted(found: Founds) -> None:
    community = found()
    answered(community)
    asks(community)

    assert community.whispered(cleo) == []
    preview = community.commands("settings set hints yes")
    community.presses("Apply", on=preview)
    community.passes(hours=1)
    asks(community, by=eve)
    assert len(community.whispered(eve)) == 1


def test_private_words_are_shown_to_their_own_readers_alone(found: Founds) -> None:
    community = found(hints=True)
    answered(community, channel="board")
    asks(community)
    assert community.whispered(cleo) == []
    asks(community, by=eve, channel="board")

    assert len(community.whispered(eve)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "How do I change the colours of the tracker on a map?",
        "Does the bluetooth pin of a red tracker survive updates of the phone application?",
    ],
)
def test_what_is_not_much_alike_is_not_shown(found: Founds, text: str) -> None:
    community = found(hints=True)
    answered(community)
    asks(community, text)

    assert community.whispered(cleo) == []


def test_who_is_answered_at_once_who_asks_again_and_late_news_need_no_hint(found: Founds) -> None:
    community = found(hints=True)
    answered(community)
    asks(community, by=ada)
    assert community.whispered(ada) == []
    community.says(posted(AGAIN, by=cleo), posted("It is on the back", by=bob, minutes=0.1))
    community.passes(minutes=1)
    assert community.whispered(cleo) == []
    community.says(posted(AGAIN, by=eve, channel="announcements"))
    community.sleeps(days=0.1)
    assert community.whispered(eve) == []


def test_nobody_is_shown_two_within_an_hour(found: Founds) -> None:
    community = found(hints=True)
    answered(community)
    asks(community)
    community.passes(minutes=20)
    asks(community, channel="announcements")
    assert len(community.whispered(cleo)) == 1
    community.passes(hours=1)
    asks(community, channel="help")

    assert len(community.whispered(cleo)) == 2


def test_what_could_not_be_shown_is_not_counted(found: Founds) -> None:
    community = found(hints=True)
    answered(community)
    asks(community)
    community.delivers(outcome="failed")

    assert hints_kept(community) == []
    assert "Earlier answers" not in plain(community.commands("health"))


def test_hints_go_with_who_was_shown_them_and_with_time(found: Founds) -> None:
    community = found(hints=True, retention_days=3)
    answered(community)
    asks(community)
    assert hints_kept(community) == [None]
    community.sleeps(days=8)

    assert hints_kept(community) == []


def test_who_is_forgotten_leaves_no_hint(community: Community) -> None:
    answered(community)
    asks(community)
    community.presses("Yes", on=hint(community), by=cleo)
    sure = community.commands("me forget", by=cleo, channel="general")
    community.presses("Forget me", on=sure, by=cleo)

    assert hints_kept(community) == []


def test_where_nobody_can_be_shown_something_alone_nothing_is_shown(
    found: Founds, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_elsewhere = manners_of(HOME.replace("sandbox", "discord"))
    for module in ("bot.features.questions.hints", "bot.features.settings.meaning"):
        monkeypatch.setattr(f"{module}.manners_of", lambda _: as_elsewhere)
    community = found(hints=True)
    answered(community)
    asks(community)
    assert community.whispered(cleo) == []
    community.presses("Apply", on=community.commands("settings set hints no"))

    assert "it changes nothing" in plain(community.commands("settings set hints yes"))
