"""What an installation makes for itself when it starts: its keys, and where its pages are."""

import secrets

from bot.keys import ADDRESS, PAGES_KEY, PEOPLE_KEY
from storage.database import Database
from storage.tables import Secret

# More than anybody can guess.
_KEY_BYTES = 32


def settle_in(database: Database, public_url: str) -> None:
    """Make the keys that are not there yet, and write down where the pages are. Raises DatabaseTrouble."""
    with database.transaction() as tx:
        for name in (PAGES_KEY, PEOPLE_KEY):
            tx.add(Secret, name=name, value=secrets.token_urlsafe(_KEY_BYTES))
        tx.put(Secret, name=ADDRESS, value=public_url)
