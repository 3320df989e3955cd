"""A draft judged before it is posted: how salesy it is and why, for a terminal or for scripts."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.language.edits import Edit, smallest_edit, what_would_pass
from bot.language.salesy import DEFAULT_THRESHOLD, Signal, Verdict, judge, signal_json

# No message is longer than 40,000 characters; a pasted newsletter may be, a whole mailbox is a mistake.
MOST_CHARACTERS = 1_000_000
# UTF-8 takes at most four bytes for a character.
MOST_BYTES = 4 * MOST_CHARACTERS

FINE, SALESY, UNREADABLE = 0, 1, 2

# Unmarked lines in a row beyond this many are folded, so that a long draft shows what matters.
MOST_PLAIN_LINES = 5
_BAR = 20
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_STYLES = {"broadcast": "bold yellow", "commercial": "bold red"}
_MEANING = {
    "fine": "Nothing here reads as a newsletter.",
    "broadcast": "It speaks at everyone, but it hardly sells: fine where news belongs.",
    "salesy": "It reads as selling. The marked words say why; the fewer of them, the likelier it is read.",
}
# What would move a terminal's cursor or turn its letters around is shown, not obeyed.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Unreadable(Exception):
    """The input is no draft; the message says why and what to give instead."""


class Mark(NamedTuple):
    """A marked range of the draft and the signals that stand there, as places in the list of signals."""

    start: int
    end: int
    signals: tuple[int, ...]


def run_check(file: Path | None, as_json: bool, threshold: float = DEFAULT_THRESHOLD) -> int:
    """Judge the draft in `file`, or on standard input where that is None or `-`; return the exit code.

    The code is 0 for fine and broadcast, 1 for salesy, 2 for input that is no draft, with a sentence on
    standard error.
    """
    try:
        draft = read_draft(file)
    except Unreadable as problem:
        print(problem, file=sys.stderr)  # noqa: T201  (the one sentence this command owes)
        return UNREADABLE
    verdict = judge(draft, threshold=threshold)
    edit = smallest_edit(draft, threshold=threshold)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if as_json:
        print(json.dumps(verdict_json(verdict, edit), indent=2))  # noqa: T201  (what the caller asked for)
    else:
        console = Console(highlight=False)
        console.print(rendered(draft, verdict, edit, threshold, marks=not _coloured(console)))
    return SALESY if verdict.verdict == "salesy" else FINE


def read_draft(file: Path | None) -> str:
    """Return the text of `file`, or of standard input; raise Unreadable where it is no text."""
    name = "Standard input" if file is None or str(file) == "-" else str(file)
    try:
        if file is None or str(file) == "-":
            if sys.stdin.isatty():
                print("Paste the draft, then end it with Ctrl-D.", file=sys.stderr)  # noqa: T201  (else it seems to hang)
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable(
            f"There is no file {name}. Give the path of the draft, or - to read it from standard input."
        ) from None
    except IsADirectoryError:
        raise Unreadable(f"{name} is a folder. Give the file that holds the draft.") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror}. Give a file you may read.") from None
    try:
        draft = data[: MOST_BYTES + 1].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(data) <= MOST_BYTES:
            raise Unreadable(
                f"{name} is not UTF-8 text (byte {error.start + 1}). Save the draft as UTF-8."
            ) from None
        draft = data.decode("utf-8-sig", "replace")
    if "\0" in draft:
        raise Unreadable(f"{name} holds NUL bytes, so it is no text. Give the draft as plain text.")
    if not draft.strip():
        raise Unreadable(f"{name} is empty. Write the draft first, then check it.")
    if len(draft) > MOST_CHARACTERS:
        raise Unreadable(
            f"{name} is longer than {MOST_CHARACTERS:,} characters. Give the draft of one message."
        )
    return draft


def verdict_json(verdict: Verdict, edit: Edit | None) -> dict[str, object]:
    """Return the verdict as scripts read it, with the smallest edit that would pass."""
    return {
        "salesy": verdict.salesy,
        "verdict": verdict.verdict,
        "signals": [dict(signal_json(signal)) for signal in verdict.signals],
        "edit": None if edit is None else _edit_json(edit),
    }


def _edit_json(edit: Edit) -> dict[str, object]:
    without = [
        {"kind": piece.kind, "words": piece.words, "span": piece.span and list(piece.span)}
        for piece in edit.without
    ]
    return {"without": without, "text": edit.text, "salesy": edit.salesy, "said": edit.said}


def rendered(
    draft: str, verdict: Verdict, edit: Edit | None, threshold: float, *, marks: bool
) -> RenderableType:
    """Return what a person sees: score, what would help, signals and draft.

    `marks` puts signs where no colour shows.
    """
    parts: list[RenderableType] = [_headline(verdict, threshold), Text(_MEANING[verdict.verdict]), ""]
    if verdict.verdict == "salesy":
        parts += [Text(_shown(what_would_pass(edit))), ""]
    if verdict.signals:
        parts += [_signals(verdict.signals), ""]
    parts += _draft(draft, verdict.signals, brackets=marks)
    return Group(*parts)


def _coloured(console: Console) -> bool:
    return console.is_terminal and console.color_system is not None


def _headline(verdict: Verdict, threshold: float) -> Text:
    filled = round(verdict.salesy * _BAR)
    style = "bold red" if verdict.verdict == "salesy" else "bold green"
    line = Text(f"{verdict.verdict:<10}", style=style)
    line.append("█" * filled + "░" * (_BAR - filled), style=style)
    line.append(f"  {verdict.salesy:.2f}", style="bold")
    line.append(f"  (salesy from {threshold:g})", style="dim")
    return line


def _signals(signals: Sequence[Signal]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("", justify="right", style="dim")
    table.add_column("weight", justify="right")
    table.add_column("axis")
    table.add_column("signal")
    table.add_column("why")
    for number, signal in enumerate(signals, 1):
        table.add_row(
            str(number),
            f"{signal.weight:+.2f}",
            Text(signal.axis, style=_style(signal)),
            signal.name,
            signal.reason,
        )
    return table


def _style(signal: Signal) -> str:
    return _STYLES[signal.axis] if signal.weight > 0 else "green"


def merged(signals: Sequence[Signal]) -> list[Mark]:
    """Return the spans of all signals, those that overlap as one, in the order of the draft."""
    spans = sorted((start, end, place) for place, signal in enumerate(signals) for start, end in signal.spans)
    marks: list[Mark] = []
    for start, end, place in spans:
        if marks and start < marks[-1].end:
            last = marks.pop()
            places = last.signals if place in last.signals else (*last.signals, place)
            marks.append(Mark(last.start, max(end, last.end), places))
        else:
            marks.append(Mark(start, end, (place,)))
    return marks


def _draft(draft: str, signals: Sequence[Signal], *, brackets: bool) -> Iterator[Text]:
    """Yield the draft's lines with its marks; long stretches without any are folded into one line."""
    whole = Text()
    reached = 0
    for mark in merged(signals):
        whole.append(_shown(draft[reached : mark.start]))
        strongest = max((signals[place] for place in mark.signals), key=lambda signal: abs(signal.weight))
        words = _shown(draft[mark.start : mark.end])
        whole.append(f"‹{words}›" if brackets else words, style=f"{_style(strongest)} underline")
        numbers = "·".join(str(place + 1) for place in sorted(mark.signals))
        whole.append(numbers.translate(_RAISED), style="dim")
        reached = mark.end
    whole.append(_shown(draft[reached:]))
    yield from _folded(list(whole.split("\n", allow_blank=True)))


def _folded(lines: Sequence[Text]) -> Iterator[Text]:
    plain: list[Text] = []
    for line in [*lines, None]:
        if line is not None and not line.spans:
            plain.append(line)
            continue
        if len(plain) <= MOST_PLAIN_LINES:
            yield from plain
        else:
            yield from plain[:2]
            yield Text(f"… {len(plain) - 4} lines without a mark …", style="dim")
            yield from plain[-2:]
        plain = []
        if line is not None:
            yield line


def _shown(text: str) -> str:
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))
