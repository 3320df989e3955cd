"""How long it takes to look for answered questions like one that is flagged, in a large community.

Times are of the processor. Run as `python -m benchmarks.similar`; `--messages` says how much was said there,
`--words` how many different words people use. Made talk: words come as often as Zipf's law has them.
"""

import argparse
import json
import random
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import process_time

from sqlalchemy import select

from benchmarks import large
from bot.features.questions.asked import Asked, asked_from
from bot.features.questions.similar import keep_similar, keep_words
from storage.database import Database
from storage.tables import AskedWord, Question, SimilarQuestion, table
from storage.transaction import Transaction

_QUESTIONS = select(table(Question)).where(table(Question).c.state == "answered")
_LOOKED_FOR = 200


def main() -> None:
    """Fill a database, index its answered questions, and look for what is like some of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    chance = random.Random(1)
    words = [f"w{_letters(number)}" for number in range(given.words)]
    weights = [1 / (rank + 10) for rank in range(given.words)]

    def question() -> str:
        return " ".join(chance.choices(words, weights, k=6 + int(chance.expovariate(0.08))))

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/large.db", synchronous="OFF")
        large.fill(database, given.messages, datetime(2026, 11, 1, tzinfo=UTC))
        with database.connection() as connection:
            tx = Transaction(connection)
            answered = [asked_from(row) for row in tx.rows(_QUESTIONS)]
            begun = process_time()
            for asked in answered:
                keep_words(tx, _saying(asked, question()), None)
            tx.flush()
            indexing_s = process_time() - begun
            connection.commit()
            rows = len(tx.rows(select(table(AskedWord).c.word)))
            took: list[float] = []
            for asked in chance.sample(answered, min(_LOOKED_FOR, len(answered))):
                text = question()
                begun = process_time()
                keep_similar(tx, _saying(asked, text), "c0")
                tx.flush()
                took.append(1_000 * (process_time() - begun))
            shown = len(tx.rows(select(table(SimilarQuestion))))
        database.close()
    figures = {
        "messages": given.messages,
        "answered": len(answered),
        "rows": rows,
        "indexing_us": round(1e6 * indexing_s / max(1, len(answered))),
        "looking_ms": {
            "median": round(median(took), 1),
            "p95": round(quantiles(took, n=20)[-1], 1),
            "most": round(max(took), 1),
        },
        "shown": shown,
    }
    print(json.dumps(figures, indent=2))
    if given.json:
        given.json.write_text(json.dumps(figures), encoding="utf-8")


def _letters(number: int) -> str:
    """Return a number in letters: words with digits in them are none."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _saying(asked: Asked, text: str) -> Asked:
    return replace(asked, text=text)


if __name__ == "__main__":
    main()
