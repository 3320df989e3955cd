"""The benchmark of salesy texts sets its thresholds on ordinary talk of others and writes what it found."""

import gzip
import json
from pathlib import Path

from benchmarks.broadcasts import area, main, threshold

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
