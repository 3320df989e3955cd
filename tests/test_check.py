"""`check` says how salesy a draft is, marks its words, and tells scripts the same as JSON."""

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bot.check import MOST_CHARACTERS, rendered, run_check
from bot.language.edits import smallest_edit
from bot.language.salesy import DEFAULT_THRESHOLD, judge

AD = "Hi everyone!\nLast chance: 20% off, buy now → https://example.com/?utm_source=x\n"


def draft(folder: Path, content: str | bytes) -> Path:
    file = folder / "draft.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_a_salesy_draft_exits_with_1_and_marks_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(draft(tmp_path, AD), as_json=False, threshold=DEFAULT_THRESHOLD) == 1

    out = capsys.readouterr().out
    assert out.startswith("salesy")
    assert "so many percent off" in out
    assert "‹20% off›" in out


def test_a_plain_question_exits_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run_check(draft(tmp_path, "How do I export to CSV?"), as_json=False, threshold=DEFAULT_THRESHOLD) == 0
    )

    assert capsys.readouterr().out.startswith("fine")


def test_the_threshold_decides_what_is_called_salesy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(draft(tmp_path, AD), as_json=False, threshold=1.0) == 0

    assert "salesy from 1" in capsys.readouterr().out


def test_json_stands_alone_on_standard_output_with_places_in_the_draft_as_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(draft(tmp_path, AD), as_json=True, threshold=DEFAULT_THRESHOLD) == 1

    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert captured.err == ""
    assert set(told) == {"salesy", "verdict", "signals", "edit"}
    assert told["verdict"] == "salesy"
    [off] = [signal for signal in told["signals"] if signal["name"] == "percent off"]
    assert set(off) == {"name", "axis", "weight", "spans"}
    assert [AD[start:end] for start, end in off["spans"]] == ["20% off"]


def test_no_file_or_a_dash_means_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (None, Path("-")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(AD.encode())))
        assert run_check(file, as_json=True, threshold=DEFAULT_THRESHOLD) == 1

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"Buy now\x00\x01", "NUL bytes"),
        (b"caf\xe9 sale", "not UTF-8 text (byte 4)"),
        (b"\xff\xfeB\x00u\x00y\x00", "not UTF-8 text (byte 1)"),
        (b"a" * (MOST_CHARACTERS + 1), "longer than 1,000,000 characters"),
        ("é".encode() * (2 * MOST_CHARACTERS + 1), "longer than 1,000,000 characters"),
    ],
)
def test_input_that_is_no_draft_exits_with_2_and_one_sentence_that_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    assert run_check(draft(tmp_path, content), as_json=True, threshold=DEFAULT_THRESHOLD) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_a_missing_file_and_a_folder_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(tmp_path / "gone.txt", as_json=False, threshold=DEFAULT_THRESHOLD) == 2
    assert "There is no file" in capsys.readouterr().err

    assert run_check(tmp_path, as_json=False, threshold=DEFAULT_THRESHOLD) == 2
    assert "is a folder" in capsys.readouterr().err


def test_a_byte_order_mark_is_no_part_of_the_draft(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_check(draft(tmp_path, b"\xef\xbb\xbf20% off"), as_json=True, threshold=DEFAULT_THRESHOLD)

    assert json.loads(capsys.readouterr().out)["signals"][0]["spans"] == [[0, 7]]


def shown(text: str, *, marks: bool) -> str:
    console = Console(
        file=io.StringIO(), width=100, color_system=None if marks else "standard", force_terminal=not marks
    )
    console.print(rendered(text, judge(text), smallest_edit(text), DEFAULT_THRESHOLD, marks=marks))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_marks_are_colours_in_a_terminal_and_signs_elsewhere() -> None:
    assert "\x1b[" in shown(AD, marks=False)
    assert "‹" not in shown(AD, marks=False)
    assert "\x1b[" not in shown(AD, marks=True)


def test_words_that_two_signals_share_are_marked_once_with_both_numbers() -> None:
    out = shown("[Subscribe now](https://example.com) for more", marks=True)

    assert "‹Subscribe now›¹·²" in out


def test_long_stretches_without_marks_are_folded() -> None:
    out = shown("\n".join(["first", *["line"] * 20, "20% off", "last"]), marks=True)

    assert "… 17 lines without a mark …" in out
    assert "first" in out
    assert "last" in out


def test_a_draft_cannot_steer_the_terminal() -> None:
    out = shown("20% off \x1b[2J\x1b]0;title\x07 and [red]no markup[/red] \u202eyub", marks=True)

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[red]no markup[/red]" in out


def test_the_smallest_edit_that_would_pass_is_told_to_people_and_scripts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = draft(tmp_path, "We met on Monday. Buy now, 20% off!")

    run_check(file, as_json=False)
    assert "It would pass without “Buy now, 20% off!”: 0." in capsys.readouterr().out

    run_check(file, as_json=True)
    edit = json.loads(capsys.readouterr().out)["edit"]
    assert edit["without"] == [{"kind": "sentence", "words": "Buy now, 20% off!", "span": [18, 35]}]
    assert edit["text"] == "We met on Monday. "
    assert edit["salesy"] < DEFAULT_THRESHOLD


def test_a_draft_that_three_removals_do_not_save_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = draft(tmp_path, "\n\n".join(f"Buy now and save {percent}%!" for percent in range(10, 60, 10)))

    run_check(file, as_json=False)
    assert "No small edit helps" in capsys.readouterr().out
