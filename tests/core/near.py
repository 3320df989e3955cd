"""Has little talk reach the limits of what is looked at."""

import pytest

# How many earlier messages are looked at, at the top level and in a thread.
REACH = 8
BELOW = 4


def near_sighted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at a few earlier messages only."""
    for module in ("again", "pairs", "reader", "talk"):
        monkeypatch.setattr(f"bot.language.linker.{module}.WINDOW", REACH // 2)
    for module in ("language.linker.reader", "language.linker.talk", "features.questions.talk"):
        monkeypatch.setattr(f"bot.{module}.REACH", REACH)
    monkeypatch.setattr("bot.language.linker.again._REPLIES", REACH // 2)
    monkeypatch.setattr("bot.features.questions.talk.BELOW", BELOW)
    monkeypatch.setattr("bot.features.questions.talk._RECENT", REACH + 1)
    monkeypatch.setattr("bot.features.questions.turns._PAGE", 3)
    monkeypatch.setattr("bot.features.questions.replied._MOST", REACH)
