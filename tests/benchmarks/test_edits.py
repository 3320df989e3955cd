"""The benchmark of the smallest edit tries every set of removals, and counts what holds."""

import json
from pathlib import Path

from benchmarks.edits import fewest, main


def test_edits_hold_against_trying_all(tmp_path: Path) -> None:
    texts = ["We met on Monday. Buy now, 20% off!", "Buy now, 20% off!", "How do I export to CSV?"]
    file, figures = tmp_path / "news.jsonl", tmp_path / "figures.json"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    main([str(file), "--json", str(figures)])

    told = json.loads(figures.read_text())
    assert {
        name: (told[name]["hits"], told[name]["of"]) for name in ("changed", "smallest", "rightly_none")
    } == {
        "changed": (1, 1),
        "smallest": (1, 1),
        "rightly_none": (1, 1),
    }


def test_the_fewest_removals_are_found_by_judging_every_rest() -> None:
    assert fewest("We met. Buy now, 20% off! Donate $5 today!", 0.4) == 2
    assert fewest("Buy now!", 0.4) is None
