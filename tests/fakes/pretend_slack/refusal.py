"""How pretend Slack says no."""

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """An answer with `ok` false: its error's name, and what else Slack says with it."""

    def __init__(self, error: str, *, status: int = 200, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.retry_after = retry_after
        self.more = more

    def body(self) -> Json:
        """Return the answer as Slack gives it."""
        return {"ok": False, "error": self.error, **self.more}


def bad_argument(message: str) -> Refusal:
    """Return the refusal of an argument, with the sentence that Slack adds."""
    return Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}"]})
