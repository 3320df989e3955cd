"""The installation's own keys, by name, and what is signed with them."""

import hmac
from hashlib import sha256

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import bindparam, select

from storage.tables import Secret, table
from storage.transaction import Transaction

# Where people reach the pages: no secret, but as the keys are known to this installation alone.
ADDRESS = "public_url"
# The language model there is, and how much may be asked of it; no secret either.
MODEL = "model"
PAGES_KEY = "pages"
# Marks those who want to be forgotten.
PEOPLE_KEY = "people"

_secret = table(Secret)
_VALUE = select(_secret.c.value).where(_secret.c.name == bindparam("of_name"))


def value_of(tx: Transaction, name: str) -> str | None:
    """Return what is kept under a name."""
    found = tx.row(_VALUE, of_name=name)
    return str(found.value) if found else None


def link_id(key: str, community: str, event: str) -> str:
    """Return the id of the link that answers an event: nobody without the key can tell it."""
    said = f"link\n{community}\n{event}".encode()
    return hmac.new(key.encode(), said, sha256).hexdigest()[:32]


def mark_of(key: str, community: str, member: str) -> str:
    """Return what stands for a member of whom nothing is to be known; only who has the key can tell whom."""
    said = f"member\n{community}\n{member}".encode()
    return hmac.new(key.encode(), said, sha256).hexdigest()


def signed(key: str, link: str) -> str:
    """Return what of a link to the pages stands in its address."""
    return str(_signer(key).dumps(link))


def unsigned(key: str, token: str) -> str | None:
    """Return the link's id, or None where the address was not signed with this key."""
    try:
        link = _signer(key).loads(token)
    except BadSignature:
        return None
    return link if isinstance(link, str) else None


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="link to the pages", signer_kwargs={"digest_method": sha256})
