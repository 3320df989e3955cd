"""What an installation makes for itself when it starts: its keys, and what it was given beside them."""

import secrets

from sqlalchemy import delete

from bot.asking import SetUp
from bot.keys import ADDRESS, MODEL, PAGES_KEY, PEOPLE_KEY
from storage.database import Database
from storage.tables import Secret, table

# More than anybody can guess.
_KEY_BYTES = 32
_NO_MODEL = delete(table(Secret)).where(table(Secret).c.name == MODEL)


def settle_in(database: Database, public_url: str, model: SetUp | None = None) -> None:
    """Make the keys that are not there yet, and write down where the pages are and what model there is.

    Raises DatabaseTrouble.
    """
    with database.transaction() as tx:
        for name in (PAGES_KEY, PEOPLE_KEY):
            tx.add(Secret, name=name, value=secrets.token_urlsafe(_KEY_BYTES))
        tx.put(Secret, name=ADDRESS, value=public_url)
        if model is None:
            tx.run(_NO_MODEL)
        else:
            tx.put(Secret, name=MODEL, value=model.written())
