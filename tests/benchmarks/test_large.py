"""The large community of the benchmarks fits the tables, and each of its pages can be measured."""

import json
from pathlib import Path

from benchmarks.pages import PAGES, main


def test_every_page_is_loaded_from_the_database(tmp_path: Path) -> None:
    figures = tmp_path / "pages.json"

    main(["--messages", "300", "--times", "1", "--json", str(figures)])

    told = json.loads(figures.read_text())["pages"]
    assert set(told) == set(PAGES)
    assert all(page["statements"] > 0 and page["kb"] > 0 for page in told.values())
