"""Pictures say what their numbers say, whatever stands in them, and look well in light and dark."""

import re
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import Line, Picture
from bot.pictures import draw_png, draw_svg
from bot.pictures.chart import COLOURS, GROUND, INK, SOFT
from bot.pictures.words import known, number, readable

SVG = "{http://www.w3.org/2000/svg}"
WEEKS = tuple(f"{day} March" for day in range(1, 13))


def picture(
    *values: float | None,
    title: str = "Messages a week",
    labels: tuple[str, ...] | None = None,
    unit: str = "messages",
    kind: str = "bars",
    alt: str = "Between 3 and 9 messages a week.",
) -> Picture:
    return Picture.model_validate(
        {
            "title": title,
            "labels": WEEKS[: len(values)] if labels is None else labels,
            "lines": [{"name": "said", "values": values}],
            "kind": kind,
            "unit": unit,
            "alt": alt,
        }
    )


def several(**named: tuple[float | None, ...]) -> Picture:
    lines = tuple(Line(name=name, values=values) for name, values in named.items())
    return Picture(title="Asked and sold", labels=WEEKS[:3], lines=lines, alt="Both grow.")


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def drawn(svg: str, place: int = 1) -> list[ElementTree.Element]:
    """Return the shapes of a line, its sign in the legend left out where there is one."""
    return [
        each
        for each in ElementTree.fromstring(svg).iter(f"{SVG}path")
        if each.attrib.get("class", "").startswith(f"line-{place} ")
    ]


def test_an_image_is_of_the_size_that_chats_show() -> None:
    image = draw_png(picture(3, 9, None, 4))

    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", image[16:24]) == (1000, 440)
    assert len(image) < 60_000


def test_a_page_gets_words_and_numbers_as_text() -> None:
    svg = draw_svg(picture(3, 9, None, 4))

    root = ElementTree.fromstring(svg)
    assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", "Between 3 and 9 messages a week.")
    assert root.findtext(f"{SVG}title") == "Messages a week"
    assert root.findtext(f"{SVG}desc") == "Between 3 and 9 messages a week."
    assert {"Messages a week", "said, messages", "4 March", "0", "10"} <= set(texts(svg))


@pytest.mark.parametrize("kind", ["bars", "lines"])
def test_equal_pictures_are_equal_files_whoever_draws_them(kind: str) -> None:
    one = picture(3, None, 4, kind=kind)
    draw_png.cache_clear()
    draw_svg.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        images = set(threads.map(lambda _: draw_png(one), range(8)))
        pages = set(threads.map(lambda _: draw_svg(one), range(8)))

    assert (len(images), len(pages)) == (1, 1)
    assert draw_png(picture(3, None, 5, kind=kind)) not in images


def test_several_may_stand_in_one_page_of_any_policy() -> None:
    for each in (
        picture(1, 2),
        picture(*range(60), labels=("x",) * 60, kind="lines"),
        several(a=(1,), b=(2,)),
    ):
        root = ElementTree.fromstring(draw_svg(each))
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "text", "path"}
            assert not {"id", "style", "href"} & set(element.attrib)
            assert not [name for name in element.attrib if name.startswith(("on", "{"))]


def pale(svg: str) -> int:
    """Count the columns and signs that are as pale as the grid."""
    return len([each for each in ElementTree.fromstring(svg).iter(f"{SVG}path") if is_pale(each)])


def is_pale(shape: ElementTree.Element) -> bool:
    return shape.attrib.get("class") == "grid" and shape.attrib.get("fill") == "currentColor"


def test_what_is_not_known_is_told_from_nought() -> None:
    known, partly = draw_svg(picture(3, 9, 0, 4)), draw_svg(picture(3, 9, None, None))

    assert (pale(known), "not known" in texts(known)) == (0, False)
    # Two days, and the sign beside the words.
    assert (pale(partly), "not known" in texts(partly)) == (3, True)
    line = draw_svg(picture(3, 9, None, 4, kind="lines"))
    assert (pale(line), "not known" in texts(line)) == (0, False)


def test_what_is_counted_is_named_once() -> None:
    named = Picture(title="Each day", labels=("1",), lines=(Line(name="Messages", values=(3,)),), alt="3")

    assert "Messages" in texts(draw_svg(named.model_copy(update={"unit": "messages"})))
    assert "Messages, lines" in texts(draw_svg(named.model_copy(update={"unit": "lines"})))


def test_minutes_are_seen_beside_weeks() -> None:
    minutes, weeks = 20 * 60.0, 17 * 86_400.0
    svg = draw_svg(picture(minutes, weeks, 2 * minutes, kind="lines", unit="time"))
    [_, *dots] = drawn(svg)
    low, high, other = (float(dot.attrib["transform"].split()[1].rstrip(")")) for dot in dots)

    assert {"10 min", "1 h", "6 h", "1 d", "7 d", "30 d"} <= set(texts(svg))
    assert low - other > 5
    assert other - high > 50


def test_what_is_not_known_is_a_gap() -> None:
    assert len(drawn(draw_svg(picture(3, 9, 2, 4)))) == 4
    assert len(drawn(draw_svg(picture(3, 9, None, 4)))) == 3
    [line, *dots] = drawn(draw_svg(picture(3, 9, None, 4, 5, kind="lines")))
    assert (line.attrib["d"].count("M"), len(dots)) == (2, 4)


def test_a_long_line_has_dots_only_where_a_value_stands_alone() -> None:
    values = [1.0] * 20 + [None, 2.0, None] + [1.0] * 20
    svg = draw_svg(picture(*values, labels=("x",) * len(values), kind="lines"))

    assert len(drawn(svg)) == 1 + 1


def test_lines_are_named_with_their_colours() -> None:
    svg = draw_svg(several(asked=(1, 2, 3), sold=(2, 2, None)))

    assert {"asked", "sold"} <= set(texts(svg))
    assert (len(drawn(svg, 1)), len(drawn(svg, 2))) == (3 + 1, 2 + 1)


def test_of_many_labels_as_many_as_fit_are_shown_and_the_last_always() -> None:
    labels = tuple(f"{place} September" for place in range(60))
    shown = [text for text in texts(draw_svg(picture(*range(60), labels=labels))) if "September" in text]

    assert 3 <= len(shown) <= 8
    assert "59 September" in shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1_200, "messages", "1.2k"),
        (2_500_000, "", "2.5M"),
        (3e9, "", "3G"),
        (40, "%", "40%"),
        (5_400, "time", "1.5 h"),
        (0.2, "time", "0.2 s"),
        (30 * 86_400, "time", "30 d"),
        (999, "messages", "999"),
    ],
)
def test_numbers_are_short(value: float, unit: str, shown: str) -> None:
    assert number(value, unit) == shown


def test_shares_are_seen_on_the_whole_scale() -> None:
    assert {"0%", "50%", "100%"} <= set(texts(draw_svg(picture(61, 64, unit="%", kind="lines"))))


@pytest.mark.parametrize("values", [(), (None, None)])
def test_a_picture_of_nothing_says_so(values: tuple[None, ...]) -> None:
    assert "Nothing is known yet." in texts(draw_svg(picture(*values)))
    assert draw_png(picture(*values))


def test_one_value_and_zeros_are_drawn() -> None:
    for each in (picture(7), picture(7, kind="lines"), picture(0, 0, 0)):
        assert drawn(draw_svg(each))
        assert draw_png(each)


def test_what_is_no_number_is_not_known() -> None:
    assert known((float("nan"), float("inf"), 2), 4) == [None, None, 2, None]


STRANGE = (
    "$x^2$ \\frac{1}{0} $",
    '<script>alert(1)</script> & "quotes" \' ]]>',
    "日本語のチャンネル",
    "😀👩‍👩‍👧 party",
    "مرحبا بالعالم",
    "half a character \ud83d, a bell \a, a zero \0",
    "right to left \u202eevil",
    "two\nlines\tand a tab",
    "a" * 500,
    "",
)


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_can_stand_in_a_picture(text: str) -> None:
    line = Line(name=text, values=(1, 2, 3))
    strange = Picture(
        title=text, labels=(text, text, "ok"), lines=(line, line), unit=text, alt=f"{text} and an end"
    )
    svg = draw_svg(strange)

    assert draw_png(strange)
    assert "<script" not in svg
    assert readable(text, 27) in {*texts(svg), ""}
    assert ElementTree.fromstring(svg).attrib["aria-label"].endswith("and an end")


@given(
    st.text(max_size=60),
    st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12)), max_size=70),
    st.sampled_from(["bars", "lines"]),
    st.sampled_from(["", "%", "time", "messages"]),
)
@settings(max_examples=25, deadline=None)
def test_any_numbers_can_be_drawn(text: str, values: list[float | None], kind: str, unit: str) -> None:
    each = picture(*values, title=text, labels=(text,) * len(values), unit=unit, kind=kind, alt=text)

    assert ElementTree.fromstring(draw_svg(each)).tag == f"{SVG}svg"


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = sorted((light(one), light(other)))
    return (shades[1] + 0.05) / (shades[0] + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", GROUND, "#1c1917", "#25211e", "#000000"])
@pytest.mark.parametrize("colour", COLOURS)
def test_lines_and_bars_can_be_seen_on_light_and_dark(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3


def test_the_words_of_an_image_can_be_read_on_its_ground() -> None:
    assert contrast(INK, GROUND) >= 7
    assert contrast(SOFT, GROUND) >= 4.5


def test_drawing_is_loaded_when_something_is_drawn() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, bot.pictures; print('matplotlib' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.fullmatch(r"False\s*", done.stdout)
