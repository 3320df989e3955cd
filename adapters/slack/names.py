"""What parts of Slack's blocks are called, so that what is pressed tells what it was about.

A name has to be the only one in its message, so a number stands before what it says.
"""

# What an `action_id` and a `block_id` may be long.
MAX_NAME = 255


def numbered(number: int, name: str) -> str:
    """Return a name that is the only one of its message."""
    return f"{number}:{name}"


def read_numbered(written: str) -> str:
    """Return what stands behind the number."""
    number, colon, name = written.partition(":")
    return name if colon and number.isdigit() else written
