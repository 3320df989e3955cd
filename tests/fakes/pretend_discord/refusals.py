"""What Discord says no with: a status, a code and a sentence, and where in a form the mistakes are."""

from collections.abc import Sequence
from typing import Any

Wire = dict[str, Any]

_SENTENCES = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10087: (404, "Unknown guild tag"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30034: (400, "Maximum number of daily application command creates has been reached (200)"),
    40005: (413, "Request entity too large"),
    40058: (400, "Cannot send messages in a forum channel"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50041: (400, "Invalid API version"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
}


class Refusal(Exception):
    """The pretend Discord says no."""

    def __init__(
        self, code: int, *, status: int | None = None, message: str = "", errors: Wire | None = None
    ) -> None:
        self.status, self.message = _SENTENCES.get(code, (400, ""))
        self.status = status or self.status
        self.message = message or self.message
        self.code = code
        self.errors = errors
        super().__init__(f"{code}: {self.message}")

    @property
    def body(self) -> Wire:
        """What is answered."""
        body: Wire = {"message": self.message, "code": self.code}
        return body if self.errors is None else body | {"errors": self.errors}


class Mistakes:
    """What is wrong with a form, gathered until all of it is known."""

    def __init__(self) -> None:
        self._errors: Wire = {}

    def add(self, path: Sequence[str | int], code: str, message: str) -> None:
        """Note a mistake at a place in the form."""
        place = self._errors
        for part in path:
            place = place.setdefault(str(part), {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def length(
        self, path: Sequence[str | int], value: object, most: int, least: int = 0, *, required: bool = False
    ) -> bool:
        """Look whether a value is a text of a length that is allowed; return whether it is."""
        if value is None:
            if required:
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
            return not required
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        elif not value.strip() and required:
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif len(value) > most and least:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        elif len(value) > most:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif len(value) < least:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            return True
        return False

    def objects(
        self, path: Sequence[str | int], value: object, most: int, least: int = 0
    ) -> list[tuple[tuple[str | int, ...], Wire]]:
        """Return the objects of a list with their places, if it is one of a length that is allowed."""
        if value is None and least == 0:
            return []
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            between = f"between {least} and {most}" if least else f"{most} or fewer"
            code = "BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH"
            self.add(path, code, f"Must be {between} in length.")
            return []
        found: list[tuple[tuple[str | int, ...], Wire]] = []
        for place, each in enumerate(value):
            if isinstance(each, dict):
                found.append(((*path, place), each))
            else:
                self.add((*path, place), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return found

    def check(self) -> None:
        """Raise a Refusal if anything was noted."""
        if self._errors:
            raise Refusal(50035, message="Invalid Form Body", errors=self._errors)
