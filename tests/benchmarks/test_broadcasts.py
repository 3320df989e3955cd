"""The benchmark of salesy texts sets its thresholds on ordinary talk of others and writes what it found."""

import gzip
import json
from pathlib import Path

from benchmarks.broadcasts import area, main, rows_of, threshold
from tests.exports.made import MadeSlack

PITCH = "I've been working on a small tool that turns logs into charts, feedback is welcome: "
AD = "Last chance! Buy now, 20% off and free shipping until midnight: https://example.com/?utm_source=x"


def rows_in(file: Path, *rows: dict[str, str]) -> str:
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return str(file)


def test_figures_name_the_files_as_given_and_rates_as_shares(tmp_path: Path) -> None:
    talk = rows_in(tmp_path / "talk.jsonl.gz", *({"text": f"how do I open door {n}?"} for n in range(300)))
    hand = rows_in(
        tmp_path / "hand.jsonl.gz",
        {"text": AD, "label": "salesy", "source": "a"},
        {"text": "ok, see you there", "label": "salesy", "source": "b"},
        {"text": "Hi all, join us on Monday for the meetup!", "label": "announcement", "source": "a"},
    )
    figures = tmp_path / "figures.json"

    main(
        [
            *(
                "--ordinary",
                talk,
                "--salesy",
                f"{hand}?label=salesy",
                "--honest",
                f"{hand}?label=announcement",
            ),
            *("--seconds", "0.01", "--json", str(figures)),
        ]
    )

    told = json.loads(figures.read_text())
    assert told["recall"] == {f"{hand}?label=salesy": {"0.001": 0.5, "0.005": 0.5, "0.01": 0.5}}
    assert told["false_alarms"][f"{hand}?label=announcement"]["0.005"] == 0
    assert told["false_alarms"][talk]["0.01"] == 0
    assert told["per_second"] > 0


def test_a_threshold_lets_at_most_its_share_of_ordinary_scores_through() -> None:
    scores = [n / 1000 for n in range(1000)]

    assert sum(score >= threshold(scores, 0.005) for score in scores) == 5
    assert sum(score >= threshold([0.0] * 999 + [0.9], 0.001) for score in scores) == 999


def test_a_tie_is_half_a_win() -> None:
    assert area([0.9, 0.5], [0.5, 0.1]) == (1 + 1 + 0.5 + 1) / 4


def test_rows_that_say_who_and_when_are_judged_by_what_was_before_them(tmp_path: Path) -> None:
    talk = rows_in(
        tmp_path / "talk.jsonl.gz",
        *(
            {
                "text": f"how do I open door {n}?",
                "user": f"u{n % 9}",
                "ts": f"2026-03-{1 + n // 12:02}T10:00:00",
            }
            for n in range(300)
        ),
        {"text": f"{PITCH}https://github.com/one/chart", "user": "new", "ts": "2026-03-27T10:00:00"},
        {"text": f"{PITCH}https://github.com/two/chart", "user": "u1", "ts": "2026-03-01T09:00:00"},
    )

    of_one, of_other = (
        next(row for row in rows_of(talk) if address in row.text) for address in ("/one/", "/two/")
    )
    assert of_one.ours > of_one.alone == of_other.alone > 0
    # Nobody was heard for long enough to tell whether that was their first.
    assert of_other.ours == of_other.alone


def test_an_export_is_judged_by_what_was_before_its_messages(tmp_path: Path) -> None:
    slack = MadeSlack()
    slack.says("bob", "how do I open the door?")
    slack.says("ada", f"{PITCH}https://github.com/one/chart", minutes=60 * 24 * 9)
    rows = rows_of(f"{slack.zip(tmp_path)}?channel=general")

    assert [row.ours > row.alone for row in rows] == [False, True]
    assert rows_of(f"{tmp_path / 'export.zip'}?channel=random") == []
