"""Encrypts what must not be read by who gets hold of the database: the tokens of installations."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_MADE_BY = "python -m bot slack key"


class BadKey(Exception):
    """A key is none, or not the one something was sealed with; the message says what to do."""


class Seal:
    """Seals with the first key and opens with any: to change keys, put the new one in front of the old.

    `keys` are separated by commas. Raises BadKey.
    """

    def __init__(self, keys: str) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
        except ValueError as error:
            raise BadKey(
                f"ENCRYPTION_KEY has to be a key, or several with commas; make one: {_MADE_BY}"
            ) from error

    def close(self, text: str) -> str:
        """Return it sealed."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed. Raises BadKey."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise BadKey(
                "What is kept was sealed with another ENCRYPTION_KEY; put that behind the new one, with a "
                "comma, or have the workspaces install Hearth again."
            ) from error


def new_key() -> str:
    """Return a key that nobody else has."""
    return Fernet.generate_key().decode()
