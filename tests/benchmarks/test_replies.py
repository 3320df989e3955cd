"""Replies and waiting questions are measured on rows as they are published, beside simple rules."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import answered, replies
from benchmarks.scores import precision_at
from benchmarks.talk import linked_channels


def written(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def line(idx: int, user: str, text: str, *reply_to: int) -> dict[str, Any]:
    at = f"2015-01-01 12:{idx:02}"
    said = {"idx": idx, "ts": at, "user": user, "text": text, "reply_to": [*reply_to]}
    return said | {"file": "log", "channel": "help", "part": "dev", "system": False, "annotated": True}


LOG = (
    line(0, "ada", "hello, how do I export a whole board to a file?"),
    line(1, "bob", "who here has seen the new office?"),
    line(2, "cleo", "ada: Settings, then Export", 0),
    line(3, "ada", "cleo: thanks, that worked", 2),
)


def run(monkeypatch: pytest.MonkeyPatch, module: Any, tmp_path: Path, *arguments: str) -> dict[str, Any]:
    out = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["benchmark", *arguments, "--json", str(out)])
    module.main()
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def test_links_are_measured_beside_simple_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = run(monkeypatch, replies, tmp_path, written(tmp_path / "log.jsonl", *LOG))

    assert {"p", "r", "f"} <= told["links"].keys()
    assert told["links"]["f"] == 1.0
    assert told["exact_f"] == 1.0
    assert told["rules"]["previous message"]["links"]["f"] == 0.5
    assert told["per_second"] > 0


def test_who_is_called_by_the_beginning_of_a_name_is_called() -> None:
    rows = [
        line(0, "crimsun_", "which kernel?"),
        line(1, "Rattboi", "morning"),
        line(2, "ada", "ratt: did it boot?"),
        line(3, "ada", "crimsun, 2.6"),
        line(4, "ada", "well, it hangs"),
        line(5, "ada", "ada: no"),
    ]
    [channel] = linked_channels(rows)

    assert [set(said.mentions) for said in channel.talk] == [
        set(),
        set(),
        {"Rattboi"},
        {"crimsun_"},
        set(),
        set(),
    ]


def test_native_replies_are_hidden_and_guessed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = [
        {
            "id": f"{idx}",
            "user": user,
            "text": text,
            "reply_to": to,
            "channel": "help",
            "ts": f"2026-01-01 1:{idx:02} p.m.",
        }
        for idx, user, text, to in (
            (10, "ada", "how do I export a board?", None),
            (11, "ada", "to a file, I mean", None),
            (12, "bob", "Settings, then Export", "11"),
        )
    ]

    told = run(monkeypatch, replies, tmp_path, written(tmp_path / "native.jsonl", *rows))

    assert told["rules"]["previous message"] == {
        "value": 1.0,
        "hits": 1,
        "of": 1,
        "interval": pytest.approx((0.2065, 1), abs=1e-3),
    }
    assert told["first_guess"] in (0.0, 1.0)


def test_what_waits_is_measured_at_each_moment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    talk = [*LOG, line(4, "dan", "morning"), line(59, "eve", "lunch?")]
    for place, row in enumerate(talk):
        row["ts"] = f"2015-01-01 {12 + place}:00"
    dialogs = [
        {
            "id": "one",
            "file": "log",
            "channel": "help",
            "asker": "ada",
            "label": "replied",
            "messages": [LOG[0], LOG[2], LOG[3]],
        },
        {
            "id": "two",
            "file": "log",
            "channel": "help",
            "asker": "bob",
            "label": "unanswered",
            "messages": [LOG[1]],
        },
    ]

    told = run(
        monkeypatch,
        answered,
        tmp_path,
        written(tmp_path / "dialogs.jsonl", *dialogs),
        *("--talk", written(tmp_path / "talk.jsonl", *talk), "--after", "1h,end"),
    )

    assert told["after"].keys() == {"1h", "end"}
    for figures in told["after"].values():
        assert {"p", "r", "f", "average_precision"} <= figures.keys()
        assert figures["questions"] == 2
    assert told["per_second"] > 0


def test_precision_is_taken_where_a_recall_is_just_reached() -> None:
    scored = [(0.9, True), (0.8, False), (0.7, True), (0.6, False), (0.6, True), (0.1, True)]

    assert precision_at(scored, 0.5).value == 2 / 3
    assert precision_at(scored, 0.75).value == 3 / 5
    assert precision_at(scored, 0.9).value == 4 / 6
