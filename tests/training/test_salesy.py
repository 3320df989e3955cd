"""The trainer of words that sell: what it learns, what it leaves alone, and how it is measured."""

import gzip
import json
from pathlib import Path

import pytest

from bot.language import selling
from training.salesy import main, shared_terms, source


def rows_in(file: Path, *texts: str, **fields: str) -> str:
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"text": text, **fields}) + "\n" for text in texts)
    return str(file)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    ads = [f"grab the bargain {n} while our stock lasts" for n in range(12)]
    talk = [f"the pump {n} leaks while it rains" for n in range(12)]
    mail, chat, other = tmp_path / "mail.jsonl.gz", tmp_path / "chat.jsonl.gz", tmp_path / "other.jsonl.gz"
    return [
        "--salesy",
        "mail=" + rows_in(mail, *ads, *(f"{ad} regards" for ad in ads)),
        "chat=" + rows_in(chat, *ads),
        "chat=" + rows_in(tmp_path / "more.jsonl.gz", *ads),
        "--other",
        "chat=" + rows_in(other, *talk, *(f"{said} acme" for said in talk)),
    ]


def test_words_of_several_sources_get_weights_and_those_of_one_get_none(
    files: list[str], tmp_path: Path
) -> None:
    main([*files, "--out", str(tmp_path / "weights.tsv")])

    weights = selling.weights_in(tmp_path / "weights.tsv")
    assert weights["bargain"] > 0
    assert weights["grab the"] > 0
    assert weights.get("while", 0) <= 0
    assert not {"regards", "acme", "leaks"} & weights.keys()


def test_what_is_left_out_is_measured_and_nothing_written(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*files, "--leave-out", "mail", "--out", str(tmp_path / "weights.tsv")])

    told = capsys.readouterr().out.split()
    assert told[:2] == ["salesy", "mail.jsonl.gz"]
    assert float(told[told.index("50%:") + 1]) > 0
    assert not (tmp_path / "weights.tsv").exists()


def test_numbers_are_one_term_and_a_word_needs_many_texts(files: list[str]) -> None:
    terms = shared_terms([source(given, sells=True, most=100) for given in files if "=" in given])

    assert "#" in terms
    assert "bargain #" in terms
    assert "regards" not in terms
