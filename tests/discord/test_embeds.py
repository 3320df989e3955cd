"""Cards as Discord's messages: Discord takes whatever is in one, and only who is greeted is notified."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.discord.embeds import Look, show
from adapters.discord.forms import modal_of
from adapters.discord.markdown import cut, escape
from adapters.discord.names import MAX_NAME, digest_of, named, read_name
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
from tests.fakes.pretend_discord.limits import check_message, check_modal

NOON = datetime(2031, 4, 7, 12, tzinfo=UTC)
REF = MessageRef(channel="1", message="2")
LONG = "ä&<@1>*_~`|[x](y) \\ # " * 600


def permalink(ref: MessageRef) -> str:
    return f"https://discord.com/channels/9/{ref.channel}/{ref.message}"


LOOK = Look(permalink, "https://discord.com/channels/9/1#hearth-x", {"7": "Ada"})

texts = st.one_of(
    st.text(max_size=60), st.sampled_from([LONG, "@everyone", "<@1>", "\\", "https://a.b/c_d_"])
)
refs = st.just(REF)
cards = st.builds(
    Card,
    title=texts,
    text=texts,
    greets=st.lists(st.sampled_from(["7", "8"]), max_size=2, unique=True).map(tuple),
    quotes=st.lists(st.builds(Quote, author=texts, text=texts, ref=refs, at=st.just(NOON)), max_size=3).map(
        tuple
    ),
    fields=st.lists(st.builds(Entry, name=texts, value=texts), max_size=30).map(tuple),
    sections=st.lists(
        st.builds(
            Section,
            name=texts,
            items=st.lists(
                st.builds(Item, text=texts, refs=st.lists(refs, max_size=7).map(tuple)), max_size=30
            ).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    pictures=st.lists(
        st.builds(Picture, title=texts, labels=st.just(("a",)), lines=st.just(()), alt=texts), max_size=2
    ).map(tuple),
    selects=st.lists(
        st.builds(
            Select,
            label=texts,
            name=st.just("settings.choose"),
            value=texts,
            among=st.sampled_from(["options", "channels", "members"]),
            options=st.lists(st.builds(Option, label=texts, value=texts), max_size=30).map(tuple),
            chosen=st.sampled_from(["", "5", "here"]),
        ),
        max_size=6,
    ).map(tuple),
    buttons=st.lists(
        st.builds(Button, label=texts, name=st.just("question.take"), value=texts), max_size=30
    ).map(tuple),
    footer=texts,
    tone=st.sampled_from(["plain", "good", "warning"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(cards, st.booleans())
def test_no_card_is_more_than_discord_takes(card: Card, drawn: bool) -> None:
    look = Look(
        LOOK.permalink, LOOK.address, LOOK.names, dict.fromkeys(card.pictures, b"png") if drawn else {}
    )
    shown = show(card, look)
    check_message(shown.form, [name for name, _ in shown.files])
    assert shown.form["content"] or shown.form["embeds"]
    allowed = {"parse": [], "users": list(card.greets), "replied_user": False}
    assert shown.form["allowed_mentions"] == allowed
    assert card.greets or not shown.form["content"].strip("…")
    for row in shown.form["components"]:
        for part in row["components"]:
            _, value, digest = read_name(part["custom_id"])
            assert not digest or digest_of(shown.kept[value]) == value


def test_words_in_a_card_mean_nothing() -> None:
    card = Card(title="*bold* <@1>", text="<@1> @everyone [x](https://a.b) `c`\n# large\n1. one")
    embed = show(card, LOOK).form["embeds"][0]
    assert embed["title"] == "\\*bold\\* \\<@1\\>"
    assert embed["description"] == (
        "\\<@1\\> @\u200beveryone \\[x\\](https://a.b) \\`c\\`\n\\# large\n1\\. one"
    )


def test_a_channel_that_a_card_leads_to_is_linked_below_its_text() -> None:
    embed = show(Card(text="#promo is there for it.", leads_to="77"), LOOK).form["embeds"][0]
    assert embed["description"] == "#promo is there for it.\n\n<#77>"
    embed = show(Card(text="Hello.", leads_to="@everyone"), LOOK).form["embeds"][0]
    assert embed["description"] == "Hello."


def test_addresses_stay_as_they_are() -> None:
    assert escape("see https://a.b/c_d_e*f (ok_)") == "see https://a.b/c_d_e*f (ok\\_)"


def test_who_is_greeted_is_named_in_their_place() -> None:
    form = show(Card(text="Welcome, Ada! Say hello.", greets=("7",)), LOOK).form
    assert (form["content"], form["embeds"]) == ("Welcome, <@7>! Say hello.", [])
    form = show(Card(title="Hello", text="Welcome!", greets=("8",)), LOOK).form
    assert form["content"] == "<@8> Welcome!"
    assert form["embeds"][0]["title"] == "Hello"


def test_a_name_is_no_part_of_another_word() -> None:
    look = Look(LOOK.permalink, LOOK.address, {"7": "e", "8": "Tell", "9": "(o_o)"})
    text = "Welcome, e! Tell us more, Tellus."
    assert (
        show(Card(text=text, greets=("7",)), look).form["content"] == "Welcome, <@7>! Tell us more, Tellus."
    )
    form = show(Card(text="Welcome, Tellus and e", greets=("7", "8")), look).form
    assert form["content"] == "<@8> Welcome, Tellus and <@7>"
    form = show(Card(text="Welcome, (o_o)!", greets=("9",)), look).form
    assert form["content"] == "Welcome, <@9>!"


def test_what_was_cut_says_so_and_leads_on() -> None:
    items = tuple(Item(text=f"line {number} " * 20, refs=(REF,)) for number in range(100))
    embeds = show(Card(title="Long", sections=(Section(name="All", items=items),)), LOOK).form["embeds"]
    assert embeds[0]["url"] == LOOK.address
    assert "Shortened" in embeds[-1]["description"]
    assert all(line.endswith(")") or "line" not in line for line in embeds[0]["description"].splitlines())


def test_nothing_is_cut_in_two() -> None:
    assert cut("ab\\*cd", 4) == "ab…"
    assert cut("see [↗](https://a.b/c) ok", 12) == "see …"


def test_pictures_come_with_words() -> None:
    picture = Picture(title="Questions", labels=("a",), lines=(), alt="two asked")
    shown = show(Card(title="t", pictures=(picture,)), Look(permalink, drawn={picture: b"png"}))
    assert shown.files == [("picture0.png", b"png")]
    assert shown.form["attachments"][0]["description"] == "two asked"
    assert shown.form["embeds"][1]["image"] == {"url": "attachment://picture0.png"}
    assert "two asked" in show(Card(title="t", pictures=(picture,)), LOOK).form["embeds"][0]["description"]


def test_what_can_be_pressed_is_told_by_its_name_alone() -> None:
    for value in ("", "1/2", "a:b#c", "x" * 500):
        name = named(3, "question.take", value)
        assert name is not None
        assert len(name.custom_id) <= MAX_NAME
        read, about, digest = read_name(name.custom_id)
        assert read == "question.take"
        assert about == (digest_of(value) if digest else value)
        assert (name.kept is not None) == digest
    assert read_name("somebody else's") == ("somebody else's", "", False)
    assert named(0, "n" * 100) is None


form_fields = st.lists(
    st.one_of(
        st.builds(
            TextField,
            label=texts,
            name=st.just("value"),
            text=texts,
            hint=texts,
            lines=st.booleans(),
            optional=st.booleans(),
            most=st.integers(1, 9_000),
        ),
        st.builds(Select, label=texts, name=st.just("value"), among=st.just("channels"), chosen=st.just("5")),
    ),
    min_size=1,
    max_size=6,
).map(tuple)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.builds(Form, title=texts, name=st.just("settings.set"), value=texts, text=texts, fields=form_fields)
)
def test_no_form_is_more_than_discord_takes(form: Form) -> None:
    check_modal(modal_of(form, {}))
