"""Lays a picture out and draws it with matplotlib, without its pyplot and the figures that one remembers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import Affine2D, Transform

from bot.cards import Picture
from bot.pictures.svg import tidy
from bot.pictures.words import LABEL, NAMES, SHARE, TIME, TITLE, known, number, readable, said_beside

# As matplotlib comes, whatever this machine has set for its other users; texts of an SVG stay texts.
mpl.rcParams.update(mpl.rcParamsDefault)
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "hearth"})

# All lengths are in points; an image has two pixels for each.
_INNER_WIDTH, _INNER_HEIGHT = 468, 188
_IMAGE_PAD, _PAGE_PAD = 16, 2
_PIXELS = 144
_CORNER = 10
# An image is often shown at half its size on a phone, and has to be read there.
_TITLE_SIZE, _TEXT_SIZE = 15, 12.5
_TITLE_AT, _LEGEND_AT, _PLOT_AT = 13, 36, 50
_BELOW = 20
_SWATCH, _BETWEEN_LABELS = 10, 8
# Wide, for on a phone a page may write names larger.
_BETWEEN_NAMES = 26
_MOST_TICKS = 4
# What a pale column stands for.
_GAP = "not known"
# A few bars do not fill the whole width.
_LEAST_SLOTS = 6
# Where a scale of times may begin, end and have a line: what people say, each some times the one before.
_DAY = 86_400
_TIMES = (1, 10, 60, 600, 3_600, 6 * 3_600, _DAY, 7 * _DAY, 30 * _DAY, 365 * _DAY, 3_650 * _DAY)
_MOST_TIMES = 6
# With more points than this, a dot on each would hide the line.
_MOST_DOTS = 30

INK, SOFT, GRID, GROUND = "#2b241e", "#675c51", "#e3dad0", "#faf6f0"
# None is fainter than 3:1 on white or on the darkest page; they differ for the colour-blind, too.
COLOURS = ("#c8602a", "#2a8f89", "#8a6fc0", "#a8811d", "#c0587f")
_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)))

_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
_PLAIN, _BOLD = _FONTS / "DejaVuSans.ttf", _FONTS / "DejaVuSans-Bold.ttf"
# Stands for what the font of images cannot show.
_UNKNOWN = "▯"


@dataclass
class _Sheet:
    """A figure, its place for drawing, and the texts on it, as a page with more fonts can show them."""

    pad: int
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.width, self.height = _INNER_WIDTH + 2 * self.pad, _INNER_HEIGHT + 2 * self.pad
        self.figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=_PIXELS)
        self.figure.patch.set_visible(False)
        self.points: Transform = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        self._renderer = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's is not typed

    def write(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> float:
        """Write from (x, y), counted from the upper left of what is inside; return where it ends."""
        written = self.figure.text(
            self.pad + x,
            self.height - self.pad - y,
            _drawable(text, bold=bold),
            transform=self.points,
            font=_font(size, bold=bold),
            color=INK if bold else SOFT,
            parse_math=False,
        )
        self.remember(written, text)
        return x + self.wide(text, size, bold=bold)

    def wide(self, text: str, size: float = _TEXT_SIZE, *, bold: bool = False) -> float:
        """Return how wide a text is."""
        drawn, font = _drawable(text, bold=bold), _font(size, bold=bold)
        width, _, _ = self._renderer.get_text_width_height_descent(drawn, font, ismath=False)
        return float(width) * 72 / _PIXELS

    def remember(self, drawn: Text, text: str) -> None:
        """Note what a text on the figure says in truth."""
        name = f"text{len(self.texts)}"
        drawn.set_gid(name)
        self.texts[name] = text


def as_png(picture: Picture) -> bytes:
    """Return a picture on its own ground."""
    sheet = _Sheet(_IMAGE_PAD)
    sheet.figure.add_artist(
        FancyBboxPatch(
            (_CORNER, _CORNER),
            sheet.width - 2 * _CORNER,
            sheet.height - 2 * _CORNER,
            boxstyle=f"round,pad={_CORNER - 1}",
            facecolor=GROUND,
            edgecolor=GRID,
            linewidth=1,
            transform=sheet.points,
            zorder=-1,
        )
    )
    _draw(sheet, picture)
    written = BytesIO()
    FigureCanvasAgg(sheet.figure).print_png(written, metadata={"Software": None})  # type: ignore[no-untyped-call]  # as above
    return written.getvalue()


def as_svg(picture: Picture) -> str:
    """Return a picture for a page."""
    sheet = _Sheet(_PAGE_PAD)
    _draw(sheet, picture)
    written = StringIO()
    FigureCanvasSVG(sheet.figure).print_svg(written, metadata={"Date": None})  # type: ignore[no-untyped-call]  # as above
    roles = {INK: "ink", SOFT: "soft", GRID: "grid"} | {
        colour: f"line-{place}" for place, colour in enumerate(COLOURS, 1)
    }
    title, alt = readable(picture.title, len(picture.title)), readable(picture.alt, len(picture.alt))
    return tidy(written.getvalue(), sheet.texts, roles, title=title, alt=alt)


def _draw(sheet: _Sheet, picture: Picture) -> None:
    sheet.write(0, _TITLE_AT, readable(picture.title, TITLE), _TITLE_SIZE, bold=True)
    named = picture.lines[: len(COLOURS)]
    most = NAMES // max(1, len(named))
    lines = [(readable(line.name, most), known(line.values, len(picture.labels))) for line in named]
    values = [value for _, listed in lines for value in listed if value is not None]
    if not values:
        sheet.write(0, _LEGEND_AT, "Nothing is known yet.", _TEXT_SIZE)
        return
    gaps = picture.kind == "bars" and any(None in listed for _, listed in lines)
    _legend(sheet, picture, [name for name, _ in lines], gaps=gaps)
    ticks = _ticks(values, picture.unit)
    labels = [readable(label, LABEL) for label in picture.labels]
    # Numbers are written to the left of the plot; half of the last label may stand out on the right.
    left = max(sheet.wide(number(tick, picture.unit)) for tick in ticks) + 8
    slots = max(len(labels), _LEAST_SLOTS)
    widest = max(map(sheet.wide, labels))
    right = max(0.0, (widest - (_INNER_WIDTH - left) / slots) / 2) if len(labels) == slots else 0.0
    width = _INNER_WIDTH - left - right
    axes = sheet.figure.add_axes(
        (
            (sheet.pad + left) / sheet.width,
            (sheet.pad + _BELOW) / sheet.height,
            width / sheet.width,
            (_INNER_HEIGHT - _PLOT_AT - _BELOW) / sheet.height,
        )
    )
    axes.patch.set_visible(False)
    axes.set_axisbelow(True)
    axes.spines[["top", "left", "right", "bottom"]].set_visible(False)
    axes.tick_params(left=False, bottom=False, pad=5, labelcolor=SOFT)
    beside = (slots - len(labels)) / 2
    axes.set_xlim(-0.5 - beside, len(labels) - 0.5 + beside)
    if picture.unit == TIME:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
        lines = [(name, _within(ticks, listed)) for name, listed in lines]
    axes.set_ylim(min(ticks), max(ticks))
    axes.grid(axis="y", color=GRID, linewidth=1, clip_on=False)
    axes.set_yticks(ticks, [number(tick, picture.unit) for tick in ticks], font=_font(), parse_math=False)
    # As many labels as fit, counted from the end: the latest has its own.
    step = max(1, -(-slots // int(width // (widest + _BETWEEN_LABELS))))
    places = range(len(labels) - 1, -1, -step)
    drawn = [_drawable(labels[place]) for place in places]
    axes.set_xticks(list(places), drawn, font=_font(), parse_math=False)
    for text, place in zip(axes.get_xticklabels(), places, strict=True):
        sheet.remember(text, labels[place])
    (_bars if picture.kind == "bars" else _lines)(axes, [listed for _, listed in lines])


def _legend(sheet: _Sheet, picture: Picture, names: Sequence[str], *, gaps: bool) -> None:
    """Say which colour is which line's, what is counted, and what `gaps` are where there are some."""
    signs = list(zip(COLOURS, names, strict=False))
    x = 0.0
    if len(names) == 1:
        # One needs no colour to be told from others, and no name where that is what is counted.
        signs = []
        beside = said_beside(readable(picture.unit, LABEL))
        said = [names[0]] if names[0].casefold() == beside.casefold() else [names[0], beside]
        if line := ", ".join(filter(None, said)):
            x = sheet.write(0, _LEGEND_AT, line, _TEXT_SIZE) + _BETWEEN_NAMES
    for colour, name in [*signs, *([(GRID, _GAP)] if gaps else [])]:
        top = sheet.height - sheet.pad - _LEGEND_AT
        swatch = Rectangle((sheet.pad + x, top), _SWATCH, _SWATCH, color=colour, linewidth=0)
        swatch.set_transform(sheet.points)
        sheet.figure.add_artist(swatch)
        x = sheet.write(x + _SWATCH + 5, _LEGEND_AT, name, _TEXT_SIZE) + _BETWEEN_NAMES


def _ticks(values: Sequence[float], unit: str) -> list[float]:
    if unit == TIME:
        return _times(values)
    lowest, highest = min(0.0, *values), max(0.0, *values)
    if unit == SHARE and lowest >= 0 and highest <= 100:
        return [0, 25, 50, 75, 100]
    if lowest == highest:
        return [0, 1]
    whole = all(value == int(value) for value in values)
    ticks = MaxNLocator(_MOST_TICKS, integer=whole, steps=[1, 2, 2.5, 5, 10]).tick_values(lowest, highest)
    return [float(tick) for tick in ticks]


def _times(values: Sequence[float]) -> list[float]:
    """Return the steps of a scale of times, from one below all values to one above them."""
    low = max((place for place, time in enumerate(_TIMES) if time <= min(values)), default=0)
    high = min((place for place, time in enumerate(_TIMES) if time >= max(values)), default=len(_TIMES) - 1)
    steps = _TIMES[min(low, len(_TIMES) - 2) : max(high, low + 1) + 1]
    if len(steps) > _MOST_TIMES:
        steps = (*steps[:-1:2], steps[-1])
    return [float(step) for step in steps]


def _within(ticks: Sequence[float], values: Sequence[float | None]) -> list[float | None]:
    """Return values with those beside a scale at its ends."""
    return [None if value is None else min(max(value, min(ticks)), max(ticks)) for value in values]


def _bars(axes: Axes, lines: Sequence[Sequence[float | None]]) -> None:
    width = 0.72 / len(lines)
    for place, values in enumerate(lines):
        at = [index + (place - (len(lines) - 1) / 2) * width for index in range(len(values))]
        for x, value in zip(at, values, strict=True):
            # What is not known is no nought: a pale column as high as the picture stands for it.
            height, colour = (axes.get_ylim()[1], GRID) if value is None else (value, COLOURS[place])
            bar = Rectangle((x - width * 0.46, 0), width * 0.92, height, color=colour, linewidth=0)
            # A patch would have the axes reckon their limits anew, and a clipping path would need an id.
            axes.add_artist(bar).set_clip_on(False)


def _lines(axes: Axes, lines: Sequence[Sequence[float | None]]) -> None:
    for place, values in enumerate(lines):
        gaps = [float("nan") if value is None else value for value in values]
        alone = [
            index
            for index, value in enumerate(values)
            if value is not None and not any(_at(values, index + step) is not None for step in (-1, 1))
        ]
        axes.plot(
            range(len(values)),
            gaps,
            color=COLOURS[place],
            linestyle=_DASHES[place % len(_DASHES)],
            linewidth=2.2,
            marker="o",
            markersize=5.5,
            markeredgewidth=0,
            markevery=None if len(values) <= _MOST_DOTS else alone,
            clip_on=False,
        )


def _at(values: Sequence[float | None], place: int) -> float | None:
    return values[place] if 0 <= place < len(values) else None


def _font(size: float = _TEXT_SIZE, *, bold: bool = False) -> FontProperties:
    # By its file, for another machine may have another font of that name.
    return FontProperties(
        fname=str(_BOLD if bold else _PLAIN), size=size, weight="bold" if bold else "normal"
    )


def _drawable(text: str, *, bold: bool = False) -> str:
    """Return a text with a sign in place of what the font has no sign for."""
    there = _signs(_BOLD if bold else _PLAIN)
    return "".join(each if each in there else _UNKNOWN for each in text)


@cache
def _signs(file: Path) -> frozenset[str]:
    return frozenset(map(chr, get_font(str(file)).get_charmap()))
