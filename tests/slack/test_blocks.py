"""Any card becomes blocks within every limit, which ping nobody and have words beside them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import blocks as limits
from adapters.slack.blocks import Look, fallback, moment, show, show_all
from adapters.slack.views import form_view, home_view
from adapters.wire.slack_text import escape
from bot.cards import (
    Button,
    Card,
    Entry,
    Form,
    Item,
    MessageRef,
    Option,
    Picture,
    Quote,
    Section,
    Select,
    TextField,
)

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
REF = MessageRef(channel="C1", message="1772445600.000100")
LOOK = Look(lambda ref: f"https://home.slack.com/archives/{ref.channel}/p{ref.message.replace('.', '')}")
# What would ping, link or break something, if it were not escaped; and what is long.
NASTY = (
    "<!channel>",
    "<@U0123456>",
    "<!subteam^S1|x>",
    "&amp;",
    "&",
    "<",
    ">",
    "```",
    "\n",
    "https://x.example/a|b",
)
texts = st.lists(
    st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.just("word " * 200)), max_size=30
).map("".join)
long_texts = st.one_of(texts, texts.map(lambda text: text * 8))
names = st.text("abc.xyz", min_size=1, max_size=60)
values = st.one_of(texts.map(lambda text: text[:300]), st.just("v" * 3_000))
refs = st.lists(st.just(REF), max_size=12).map(tuple)
options = st.lists(st.builds(Option, label=texts, value=values), max_size=130).map(tuple)
selects = st.builds(
    Select,
    label=texts,
    name=names,
    value=values,
    among=st.sampled_from(["options", "channels", "members"]),
    options=options,
)
pictures = st.builds(Picture, title=texts, labels=st.just(("a",)), lines=st.just(()), alt=texts)
cards = st.builds(
    Card,
    title=texts,
    text=long_texts,
    greets=st.sampled_from([(), ("U1",), ("U1", "U2")]),
    quotes=st.lists(
        st.builds(Quote, author=texts, text=long_texts, ref=st.just(REF), at=st.just(AT)), max_size=3
    ).map(tuple),
    fields=st.lists(st.builds(Entry, name=texts, value=long_texts), max_size=25).map(tuple),
    sections=st.lists(
        st.builds(
            Section, name=texts, items=st.lists(st.builds(Item, text=texts, refs=refs), max_size=8).map(tuple)
        ),
        max_size=4,
    ).map(tuple),
    pictures=st.lists(pictures, max_size=2).map(tuple),
    selects=st.lists(selects, max_size=3).map(tuple),
    buttons=st.lists(
        st.builds(
            Button,
            label=texts,
            name=names,
            value=values,
            style=st.sampled_from(["plain", "primary", "danger"]),
        ),
        max_size=40,
    ).map(tuple),
    footer=long_texts,
    tone=st.sampled_from(["plain", "good", "warning"]),
)


def texts_of(part: Any) -> Iterator[dict[str, Any]]:
    """Give every text object below."""
    if isinstance(part, dict):
        if part.get("type") in ("mrkdwn", "plain_text"):
            yield part
        for each in part.values():
            yield from texts_of(each)
    elif isinstance(part, list):
        for each in part:
            yield from texts_of(each)


def check_block(block: dict[str, Any]) -> None:
    match block["type"]:
        case "header":
            assert 1 <= len(block["text"]["text"]) <= 150
            assert block["text"]["type"] == "plain_text"
        case "section":
            assert ("text" in block) != ("fields" in block)
            if "text" in block:
                assert 1 <= len(block["text"]["text"]) <= 3_000
            else:
                assert 1 <= len(block["fields"]) <= 10
                assert all(1 <= len(each["text"]) <= 2_000 for each in block["fields"])
            if "accessory" in block:
                check_select(block["accessory"])
        case "context":
            assert 1 <= len(block["elements"]) <= 10
            assert all(1 <= len(each["text"]) <= 2_000 for each in block["elements"])
        case "actions":
            assert 1 <= len(block["elements"]) <= 25
            for button in block["elements"]:
                assert 1 <= len(button["text"]["text"]) <= 75
                assert 1 <= len(button["action_id"]) <= 255
                assert len(button.get("value", "")) <= 2_000
            ids = [button["action_id"] for button in block["elements"]]
            assert len(ids) == len(set(ids))
        case "image":
            assert 1 <= len(block["alt_text"]) <= 2_000
            assert len(block["title"]["text"]) <= 2_000
        case "divider":
            pass
        case kind:
            raise AssertionError(kind)
    assert len(block.get("block_id", "")) <= 255


def check_select(element: dict[str, Any]) -> None:
    assert len(element["action_id"]) <= 255
    assert len(element["placeholder"]["text"]) <= 150
    if element["type"] == "static_select":
        assert 1 <= len(element["options"]) <= 100
        for option in element["options"]:
            assert 1 <= len(option["text"]["text"]) <= 75
            assert 1 <= len(option["value"]) <= 150


def check_names(blocks: list[dict[str, Any]]) -> None:
    named = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(named) == len(set(named))


def check_pings(blocks: Any, greeted: set[str]) -> None:
    """See that no text means more to Slack than we meant: greetings, times, and links of ours."""
    for text in texts_of(blocks):
        meant = re.findall(r"<([^<>]*)>?", text["text"])
        if text["type"] == "plain_text":
            assert not re.search(r"<[@#!]", text["text"])
            continue
        assert text["verbatim"] is True
        for each in meant:
            assert each.startswith(("https://", "http://", "!date^")) or each in {
                f"@{who}" for who in greeted
            }
        # Each sign is part of one of Slack's three escapes.
        assert re.sub(r"&(amp|lt|gt);", "", re.sub(r"<[^<>]*>", "", text["text"])).count("&") == 0


@settings(max_examples=50, deadline=None)
@given(cards)
def test_any_card_fits_and_pings_nobody_but_who_is_greeted(card: Card) -> None:
    look = Look(LOOK.permalink, files=dict.fromkeys(card.pictures[:1], "F0123456789"))
    shown = show(card, look)
    blocks = list(shown.blocks)

    assert 1 <= len(blocks) <= 50
    assert sum(map(limits.size_of, blocks)) <= 12_000
    for block in blocks:
        check_block(block)
    check_names(blocks)
    check_pings(blocks, set(card.greets))
    assert 1 <= len(shown.text) <= 4_000
    assert not re.search(r"<(?!@U[12]>|https?://)", shown.text)


@settings(max_examples=10, deadline=None)
@given(st.lists(cards, max_size=6))
def test_any_page_of_cards_fits(page: list[Card]) -> None:
    blocks = list(home_view(page, LOOK)["blocks"])

    assert len(blocks) <= 100
    check_names(blocks)
    for block in blocks:
        check_block(block)


@settings(max_examples=20, deadline=None)
@given(
    st.builds(
        Form,
        title=texts,
        name=names,
        text=long_texts,
        submit=texts,
        fields=st.lists(
            st.one_of(
                selects,
                st.builds(
                    TextField,
                    label=texts,
                    name=names,
                    text=long_texts,
                    hint=texts,
                    most=st.integers(1, 9_000),
                ),
            ),
            min_size=1,
            max_size=110,
        ).map(tuple),
    )
)
def test_any_form_fits(form: Form) -> None:
    view = form_view(form, "{}")

    assert 1 <= len(view["title"]["text"]) <= 24
    assert 1 <= len(view["submit"]["text"]) <= 24
    assert len(view["blocks"]) <= 100
    check_names(view["blocks"])
    check_pings(view, set())
    for block in view["blocks"]:
        if block["type"] != "input":
            check_block(block)
            continue
        assert 1 <= len(block["label"]["text"]) <= 2_000
        element = block["element"]
        if element["type"] == "plain_text_input":
            assert 1 <= element["max_length"] <= 3_000
            assert len(element.get("initial_value", "")) <= element["max_length"]
        else:
            check_select(element)


def test_what_was_cut_says_so_and_can_still_be_pressed() -> None:
    card = Card(title="Long", text="word " * 5_000, buttons=(Button(label="Go", name="go", value="1"),))
    blocks = list(show(card, LOOK).blocks)

    assert "Shortened" in blocks[-2]["elements"][0]["text"]
    assert blocks[-1]["elements"][0]["action_id"] == "0:go"


def test_what_was_cut_leads_to_where_it_goes_on() -> None:
    refs = [MessageRef(channel="C1", message=f"1700000000.{number:06}") for number in range(60)]
    items = tuple(Item(text="word " * 60, refs=(ref,)) for ref in refs)
    blocks = list(show(Card(title="Long", sections=(Section(name="All", items=items),)), LOOK).blocks)
    shown, note = str(blocks[:-1]), blocks[-1]["elements"][0]["text"]
    cut_at = next(ref for ref in refs if escape(LOOK.permalink(ref)) not in shown)

    assert 10 < refs.index(cut_at) < 60
    assert note.endswith(f"<{escape(LOOK.permalink(cut_at))}|It goes on here ↗>")


def test_a_greeting_stands_where_the_name_stood() -> None:
    card = Card(text="Welcome, Ada <3! See https://x.example/start.", greets=("U1",))
    look = Look(LOOK.permalink, names={"U1": "Ada"})
    [block] = show(card, look).blocks

    assert block["text"]["text"] == "Welcome, <@U1> &lt;3! See <https://x.example/start>."
    assert fallback(card, look).startswith("Welcome, <@U1> &lt;3!")


def test_a_channel_that_a_card_leads_to_is_linked_below_its_text() -> None:
    blocks = show(Card(text="#promo is there for it.", leads_to="C0PROMO"), LOOK).blocks
    assert [block["text"]["text"] for block in blocks] == ["#promo is there for it.", "<#C0PROMO>"]
    [block] = show(Card(text="Hello.", leads_to="!here"), LOOK).blocks
    assert block["text"]["text"] == "Hello."


def test_who_is_not_named_is_greeted_in_front() -> None:
    [block] = show(Card(text="Welcome!", greets=("U1", "U2")), LOOK).blocks

    assert block["text"]["text"] == "<@U1> <@U2> Welcome!"


def test_a_quote_has_its_time_in_the_readers_zone_and_the_way_there() -> None:
    quote = Quote(author="Ada", text="a <!here>\nb", ref=REF, at=AT)
    [block] = show(Card(quotes=(quote,)), LOOK).blocks

    assert block["text"]["text"] == (
        "*Ada*, <!date^1772445600^{date_short_pretty}, {time}^https://home.slack.com/archives/C1/"
        "p1772445600000100|2026-03-02 10:00 UTC>\n>a &lt;!here&gt;\n>b"
    )
    assert moment(AT).startswith("<!date^1772445600^")


def test_a_picture_is_shown_by_its_file_and_in_words_without_one() -> None:
    picture = Picture(title="Messages", labels=("Mon",), lines=(), alt="12 on Monday")
    card = Card(text="This week", pictures=(picture,))

    with_file = show(card, Look(LOOK.permalink, files={picture: "F0123456789"})).blocks[1]
    assert with_file["slack_file"] == {"id": "F0123456789"}
    assert with_file["alt_text"] == "12 on Monday"
    assert show(card, LOOK).blocks[1]["text"]["text"] == "*Messages*\n12 on Monday"


def test_cards_of_a_page_are_parted_and_their_selects_have_names_of_their_own() -> None:
    card = Card(text="Choose", selects=(Select(label="Where", name="where", value="x", among="channels"),))
    blocks = show_all([card, card], LOOK, blocks=100)

    assert [block["type"] for block in blocks] == ["section", "section", "divider", "section", "section"]
    assert [block["block_id"] for block in blocks if "block_id" in block] == ["1:x", "4:x"]
