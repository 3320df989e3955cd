"""Staff hear first, in private, and have ten minutes; what they leave managers see as coaching."""

import pytest

from bot.cards import plain
from bot.events import MemberChanged
from tests.features.test_broadcasts import NEWS, NEWSLETTER, unlike
from tests.features.world import HOME, Community, Founds, ada, bob, cleo, dan, eve, posted


def test_staff_hear_first_and_managers_after_ten_minutes(found: Founds) -> None:
    community = found(staff=[ada])
    community.says(posted(NEWSLETTER, by=ada, channel="announcements"))

    [word] = community.told(ada)
    assert word.title == "A word before anybody else sees it"
    assert "If it still reads so in ten minutes, the managers see it, as coaching." in word.text
    assert "so many percent off" in plain(word)
    assert community.cards("managers") == []
    community.delivers()
    community.passes(minutes=9)
    assert community.cards("managers") == []
    community.passes(minutes=2)

    card = community.card("managers")
    assert card.title == "Coaching: this reads like selling"
    assert "told first, in private" in card.footer
    assert [button.label for button in card.buttons] == [
        "It's fine here",
        "Salesy indeed",
        "Tell them",
        "Never in this channel",
    ]
    assert community.presses("It's fine here", card) == "Noted: it is fine here."
    assert len(community.told(ada)) == 1


def test_what_staff_change_or_take_back_in_time_nobody_sees(found: Founds) -> None:
    community = found(staff=[ada])
    changed, taken_back = posted(unlike(1), by=ada), posted(unlike(2), by=ada)
    community.says(changed, taken_back)
    community.delivers()
    community.edits(changed, NEWS)
    community.deletes(taken_back)
    community.passes(minutes=30)

    assert len(community.told(ada)) == 2
    assert community.cards("managers") == []

    # Who sells again later is not told again, and has as long again.
    community.edits(changed, NEWSLETTER)
    community.passes(minutes=9)
    assert community.cards("managers") == []
    community.passes(minutes=2)
    assert len(community.told(ada)) == 2
    assert community.card("managers").title == "Coaching: this reads like selling"


def test_others_hear_first_too_and_nobody_coaches_them(found: Founds) -> None:
    community = found(staff=[ada])
    community.says(posted(NEWSLETTER, by=eve))
    assert community.cards("managers") == []
    community.lets_be()

    [word] = community.told(eve)
    assert "If it still reads so in ten minutes, the managers see it. " in word.text
    card = community.card("managers")
    assert card.title == "This reads like selling"
    assert "told first, in private" in card.footer


def test_an_app_has_nobody_to_be_told(found: Founds) -> None:
    community = found(judge_apps=True)
    community.says(posted(NEWSLETTER, by="feeds", bot=True))

    assert community.told("feeds") == []
    assert community.card("managers").title == "This reads like selling"


def test_who_cannot_be_told_is_not_waited_for(found: Founds) -> None:
    community = found(staff=[ada])
    community.says(posted(NEWSLETTER, by=ada))
    community.delivers(outcome="failed")
    community.passes(minutes=1)

    card = community.card("managers")
    assert card.title == "Coaching: this reads like selling"
    assert "was not told" in card.footer


def test_staff_are_known_by_what_the_platform_says_of_them(found: Founds) -> None:
    community = found(staff=["example.com"], managers_channel=None)
    known = MemberChanged(
        id="ada", community=HOME, at=community.now, member=ada, name="Ada", roles=("example.com",)
    )
    community.receives(known)
    community.says(posted(NEWSLETTER, by=ada))

    [word] = community.told(ada)
    assert "managers" not in word.text


def test_edits_that_change_nothing_put_nothing_off(found: Founds) -> None:
    community = found()
    said = posted(unlike(1), by=eve)
    community.says(said)
    community.delivers()
    for word in ("Really.", "Truly."):
        community.passes(minutes=4)
        community.edits(said, f"{word} {unlike(1)}")
    assert "Truly." in plain(community.told(eve)[0])
    community.passes(minutes=3)

    assert community.card("managers").title == "This reads like selling"


def test_a_private_word_thanks_who_changed_or_took_back_what_it_was_about(found: Founds) -> None:
    community = found()
    changed, taken_back = posted(unlike(1), by=eve), posted(unlike(2), by=ada)
    community.says(changed, taken_back)
    community.delivers()
    community.edits(changed, NEWS)
    community.deletes(taken_back)

    assert "It reads fine now." in plain(community.told(eve)[0])
    assert "It is gone." in plain(community.told(ada)[0])
    assert "item" not in plain(community.told(eve)[0]) + plain(community.told(ada)[0])
    community.edits(changed, unlike(3))
    assert "A word before" in community.told(eve)[0].title


def test_what_authors_make_of_their_private_word_is_counted(found: Founds) -> None:
    community = found()
    people = (ada, bob, cleo, eve)
    changed, taken_back, left, late = (posted(unlike(number), by=by) for number, by in enumerate(people, 1))
    for said in (changed, taken_back, left, late):
        community.says(said)
        community.delivers()
    assert made_of_words(community) == "4 said"
    community.edits(changed, NEWS)
    community.deletes(taken_back)
    community.passes(minutes=11)
    community.edits(late, NEWS)

    assert made_of_words(community) == "4 said; 2 changed until they passed, 1 deleted, 1 left as they were"


def test_who_sells_again_once_managers_saw_it_is_told_so(found: Founds) -> None:
    community = found()
    said = posted(unlike(1), by=eve)
    community.insists(said)
    community.edits(said, NEWS)
    assert community.told(eve)[0].title == "Thank you"
    community.edits(said, unlike(1))
    assert community.told(eve)[0].title == "A word before anybody else sees it"
    assert community.card("managers").title == "This reads like selling"
    community.passes(minutes=11)

    assert len(community.posts("managers")) == 1
    assert made_of_words(community) == "1 said; 1 left as they were"


def test_who_changed_it_though_not_enough_did_not_leave_it(found: Founds) -> None:
    community = found()
    said = posted(NEWSLETTER, by=eve)
    community.says(said)
    community.delivers()
    community.edits(said, "Hi everyone! 50% off all plans today, subscribe now!")
    community.passes(minutes=11)

    assert community.card("managers").footer == (
        "Its author was told first, in private, and changed it, and it still reads so. Nothing was deleted."
    )
    assert made_of_words(community) == "1 said; 1 changed, and still read so"


def test_what_its_past_may_speak_for_is_looked_at_before_anybody_is_told(found: Founds) -> None:
    community = found()
    community.says(posted("Good morning!", by=dan))
    for asker in (ada, cleo, dan):
        asked = posted("How do I export my board to CSV?", by=asker, channel="help")
        community.says(asked, posted("Settings, then Export, then choose CSV.", by=bob, thread=asked))
    community.passes(days=10)
    mild = "Code: https://github.com/someone/charts We have a waitlist, join it."
    community.says(posted(mild, by=bob), posted(mild.replace("charts", "maps"), by=eve, channel="help"))
    assert community.told(eve) == []
    community.passes(minutes=2)

    assert community.told(bob) == []
    assert len(community.told(eve)) == 1


def test_what_managers_had_done_is_counted_and_what_could_not_be_said(found: Founds) -> None:
    community = found(channels={"announcements": {"promotion": "welcome"}})
    community.insists(posted(unlike(1), by=ada), posted(unlike(2), by=bob))
    first, second = community.cards("managers")
    community.presses("Tell them", first)
    community.delivers(outcome="failed")
    community.presses("Tell them", second)
    community.presses("Move to #announcements", second)
    community.delivers()

    said = {each.name: each.value for each in community.commands("health").fields}
    assert said["Authors asked to look again"] == "1 said, 1 could not be delivered"
    assert said["Authors shown where promotion is welcome"] == "1 said"


def test_who_is_asked_of_several_that_say_the_same_is_said(found: Founds) -> None:
    community = found()
    community.insists(posted(unlike(1), by=ada), posted(unlike(1), by=bob, channel="help"))
    says = community.presses("Tell them", community.card("managers"))

    assert says.endswith("That is about the one in #general alone, not about the other 1.")


def made_of_words(community: Community) -> str:
    fields = community.commands("health").fields
    return next(each.value for each in fields if each.name == "Private words to authors")


@pytest.mark.parametrize("between", [NEWS, None])
def test_fine_does_not_outlive_a_rewrite(found: Founds, between: str | None) -> None:
    community = found()
    said = posted("Our new plan is out: buy now and get 20% off!", by=eve)
    community.insists(said)
    card = community.card("managers")
    community.presses("It's fine here", card)
    if between is None:
        community.presses("It's fine here", card)
    else:
        community.edits(said, between)
    community.edits(said, NEWSLETTER)

    assert community.card("managers").title == "This reads like selling"


def test_what_was_called_fine_and_reads_worse_since_is_shown_anew(found: Founds) -> None:
    community = found()
    said = posted("Our new plan is out: buy now and get 20% off!", by=eve)
    community.insists(said)
    community.presses("It's fine here", community.card("managers"))
    assert community.card("managers").title == "Fine here, a manager says"
    community.edits(said, "Our new plan is out: buy now and get 20% off.")
    assert community.card("managers").title == "Fine here, a manager says"
    community.edits(said, NEWSLETTER)

    assert community.card("managers").title == "This reads like selling"
