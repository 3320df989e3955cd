"""What reads like selling is shown to managers with its reasons, whoever wrote it; they decide."""

from bot.cards import plain
from bot.language.links import Link
from tests.features.world import Community, Founds, ada, cleo, dan, eve, posted

NEWSLETTER = (
    "Hi everyone! Our summer sale is live: 50% off all plans, today only. Don't miss out, subscribe now "
    "and win a free year! https://example.com/sale?utm_source=chat"
)
NEWS = "Hello everyone! We are happy to announce version 2.4 with a dark theme. Read the notes in the docs."
BUTTONS = tuple(Link("Subscribe now", "https://example.com/go", button=True) for _ in range(5))


def unlike(number: int) -> str:
    """Return a newsletter that is like no other."""
    return f"{NEWSLETTER} {' '.join(f'item{number}x{place}' for place in range(60))}"


def test_a_newsletter_is_shown_to_managers_with_its_reasons(community: Community) -> None:
    said = posted(NEWSLETTER, by=dan, channel="announcements")
    community.insists(said)

    card = community.card("managers")
    assert (card.title, card.tone) == ("This reads like selling", "warning")
    [quote] = card.quotes
    assert (quote.author, quote.text, quote.ref.message) == ("Dan", NEWSLETTER, said.id)
    assert card.fields[0].value == "#announcements"
    [why] = card.sections
    assert "so many percent off" in plain(card)
    assert all("commercial" in item.text or "broadcast" in item.text for item in why.items)
    assert [button.label for button in card.buttons] == [
        "It's fine here",
        "Salesy indeed",
        "Tell them",
        "Never in this channel",
    ]
    assert card.footer == "Its author was told first, in private, and left it. Nothing was deleted."


def test_speaking_at_everyone_without_selling_is_news(community: Community) -> None:
    community.insists(posted(NEWS, by=dan, channel="announcements"))
    community.passes(days=1)

    assert community.actions() == []


def test_buttons_of_a_platforms_card_count(community: Community) -> None:
    text = "Our July update is out, with news from the team."
    community.insists(posted(text, by=dan), posted(text, by=dan, links=BUTTONS))

    assert len(community.cards("managers")) == 1


def test_what_apps_post_is_judged_only_where_a_community_asks_for_it(community: Community) -> None:
    community.insists(posted(NEWSLETTER, by="feeds", bot=True))

    assert community.cards("managers") == []


def test_managers_and_bots_are_judged_by_the_same_rules(found: Founds) -> None:
    community = found(judge_apps=True)
    community.insists(
        posted(unlike(1), by=ada), posted(unlike(2), by=dan), posted(unlike(3), by="feeds", bot=True)
    )

    cards = community.cards("managers")
    assert len(cards) == 3
    assert len({card.fields[1] for card in cards}) == 1


def test_a_long_newsletter_is_quoted_in_part(community: Community) -> None:
    community.insists(posted(NEWSLETTER + " More." * 2_000, by=dan))

    assert len(community.card("managers").quotes[0].text) == 400


def test_a_community_chooses_what_is_salesy(found: Founds) -> None:
    community = found(salesy_threshold=0.99)
    community.insists(posted("Last chance: 20% off, buy now", by=dan))

    assert community.actions() == []


def test_what_managers_decide_is_remembered_on_the_card(community: Community) -> None:
    community.insists(posted(NEWSLETTER, by=ada))
    assert community.presses("It's fine here", community.card("managers")) == "Noted: it is fine here."

    card = community.card("managers")
    assert (card.title, card.tone) == ("Fine here, a manager says", "good")
    assert "Decided: Fine here, says Dan" in plain(card)
    labels = [button.label for button in card.buttons]
    assert labels == ["Salesy indeed", "Tell them", "Never in this channel"]

    community.presses("Salesy indeed", card)
    card = community.card("managers")
    assert (card.title, card.tone) == ("This reads like selling", "warning")
    assert "Decided: Salesy, says Dan" in plain(card)


def test_buttons_are_for_managers(community: Community) -> None:
    community.insists(posted(NEWSLETTER, by=ada))
    told = community.presses("It's fine here", community.card("managers"), by=cleo)

    assert told.startswith("Only the managers of this community can do that.")
    assert community.updates() == []


def test_an_edit_that_takes_the_selling_out_is_said_and_shows_none_of_it(community: Community) -> None:
    for gentle in (NEWS, "We met and talked about the roadmap."):
        said = posted(NEWSLETTER, by=ada)
        community.insists(said)
        old = community.cards("managers")[-1]
        community.edits(said, gentle)

        card = community.cards("managers")[-1]
        assert (card.title, card.tone) == ("This was changed, and no longer reads like selling", "good")
        assert (card.quotes, card.sections, card.buttons) == ((), (), ())
        assert "nothing was noted" in community.presses("Salesy indeed", old)


def test_an_edit_that_sells_again_is_shown_again_in_the_same_card(community: Community) -> None:
    for gentle in (NEWS, "We met and talked about the roadmap."):
        said = posted(NEWSLETTER, by=ada)
        community.insists(said)
        cards = len(community.cards("managers"))
        community.edits(said, gentle)
        community.edits(said, NEWSLETTER + " Hurry!")

        assert len(community.cards("managers")) == cards
        card = community.cards("managers")[-1]
        assert card.title == "This reads like selling"
        assert card.quotes[0].text.endswith("Hurry!")


def test_an_edit_that_turns_talk_into_selling_is_noticed(community: Community) -> None:
    for number, gentle in enumerate((NEWS, "We met and talked about the roadmap.")):
        said = posted(gentle, by=ada)
        community.insists(said)
        cards = len(community.cards("managers"))
        community.edits(said, unlike(number))
        community.lets_be()

        assert len(community.cards("managers")) == cards + 1


def test_what_is_deleted_is_quoted_no_longer(community: Community) -> None:
    said = posted(NEWSLETTER, by=ada)
    community.insists(said)
    old = community.card("managers")
    community.deletes(said)

    card = community.card("managers")
    assert (card.title, card.quotes, card.buttons) == ("This was deleted", (), ())
    assert "nothing was noted" in community.presses("It's fine here", old)


def test_a_private_channels_words_stay_there(community: Community) -> None:
    community.insists(posted(NEWSLETTER, by=eve, channel="board"))

    said = plain(community.card("managers"))
    assert "summer" not in said
    assert "Eve" not in said
    assert "Where: #board" in said


def test_without_a_channel_for_it_nothing_is_posted(found: Founds) -> None:
    community = found(managers_channel=None)
    said = posted(NEWSLETTER, by=ada)
    community.insists(said)
    [word] = community.told(ada)
    assert "managers" not in word.text
    community.edits(said, "We met.")
    community.deletes(said)

    assert {action.lane for action in community.actions()} == {f"@{ada}"}


def test_anyone_checks_a_draft_and_is_told_alone(community: Community) -> None:
    card = community.commands(f"check {NEWSLETTER}", by=cleo, channel="general")
    assert (card.title, card.tone, card.footer) == (
        "This reads like selling",
        "warning",
        "Only you see this.",
    )
    assert "so many percent off: “50% off” (" in plain(card)

    card = community.commands("check We met on Monday. Buy now, 20% off!", by=cleo)
    assert card.text.startswith("It would pass without “Buy now, 20% off!”: 0.")

    card = community.commands("check Buy now, 20% off!", by=cleo)
    assert card.text.startswith("No small edit helps")

    card = community.commands("check How do I export to CSV?", by=cleo)
    assert (card.title, card.tone) == ("This reads as talk among people", "good")


def test_a_draft_is_asked_for_in_a_window_and_judged_for_its_channel(found: Founds) -> None:
    community = found(
        channels={"announcements": {"promotion": "welcome"}, "help": {"salesy_threshold": 0.99}}
    )
    form = community.opens("check", by=cleo, channel="general")
    assert [field.name for field in form.fields] == ["draft", "channel"]

    def told(channel: str) -> str:
        card = community.submits(form, by=cleo, draft="Buy now, 20% off!", channel=(channel,))
        return plain(card)

    assert "No small edit helps" in told("general")
    assert told("help").startswith("This reads as talk among people")
    assert told("announcements").startswith("Promotion, where it is welcome\nIt can stay as it is.")
    said = posted(NEWSLETTER, by=eve, channel="announcements")
    community.says(said)
    card = community.uses("salesy", said, by=eve)
    assert (card.title, card.text) == ("Promotion, where it is welcome", "It can stay as it is.")
    assert "No small edit helps" in told("nowhere")
    empty = plain(community.submits(form, by=cleo, draft=" "))
    assert empty.startswith("Write the draft after the word")
