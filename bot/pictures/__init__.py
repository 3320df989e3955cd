"""Draws a card's pictures: as an image for chat platforms, as SVG for pages."""

from threading import Lock

from bot.cards import Picture

# matplotlib keeps fonts and settings of its own that threads would share.
_ONE_AT_A_TIME = Lock()


def draw_png(picture: Picture) -> bytes:
    """Return a picture as PNG on a ground of its own, which looks well on a light page and on a dark one.

    Equal pictures give equal bytes. It takes some tens of milliseconds: keep it off the event loop.
    """
    # matplotlib takes half a second to load: only those who draw are to wait for it.
    from bot.pictures.chart import as_png

    with _ONE_AT_A_TIME:
        return as_png(picture)


def draw_svg(picture: Picture) -> str:
    """Return a picture as an SVG element without a ground, to stand in a page.

    Texts have the page's font and colour. Lines and bars have colours that can be seen on white and on
    black, and the classes `line-1`, `line-2` and so on, for a page that wants others. Nothing in it has an
    id, a script, a style or an address, so that many may stand in one page, however strict its policy.
    """
    from bot.pictures.chart import as_svg

    with _ONE_AT_A_TIME:
        return as_svg(picture)
