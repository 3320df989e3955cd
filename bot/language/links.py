"""A link or button of a message, as far as judging it is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Where a message leads: a link in its text, or a button or menu entry of a platform's card.

    `label` is what people see ("" for a bare URL), `url` is "" for a button that leads nowhere.
    """

    label: str = ""
    url: str = ""
    button: bool = False
