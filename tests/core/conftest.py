"""How little time the outbox leaves to platforms where a test waits for what comes then."""

import pytest

from bot import outbox as outbox_module


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the outbox wait for hardly anything."""
    monkeypatch.setattr(outbox_module, "_DOUBT_PAUSE_S", 0.01)
    monkeypatch.setattr(outbox_module, "_LOOK_AGAIN_S", 0.02)
    monkeypatch.setattr(outbox_module, "_TIMEOUT_S", 0.1)
