"""Pictures of cards in Slack: drawn, uploaded once without a channel, and shown by their ids."""

import asyncio
from collections.abc import Iterable, Mapping

import aiohttp

from adapters.slack.calls import Calls, Denied
from adapters.wire.values import text_in
from bot.cards import Picture
from bot.logs import named
from bot.pictures import draw_png
from bot.ports import TryLater

log = named(__name__)

# A card that is sent again or updated shows the picture that is there already.
_KEPT = 200
_UPLOADED = 200
# Pictures go to another host than all else. While that takes none, words stand for one tried so often.
_TRIES = 3
_TOO_MANY = 429


class Pictures:
    """Uploads pictures for one workspace."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._files: dict[Picture, str] = {}
        # How often a picture found nobody who took it.
        self._failed: dict[Picture, int] = {}

    async def uploaded(self, pictures: Iterable[Picture]) -> Mapping[Picture, str]:
        """Return the ids of pictures; one that Slack does not take is missing. Raises TryLater."""
        found: dict[Picture, str] = {}
        for picture in pictures:
            if picture not in self._files:
                try:
                    self._keep(picture, await self._upload(picture))
                except Denied as denied:
                    # Its words stand in its place.
                    log.warning("picture_refused", reason=denied.code)
                    continue
            found[picture] = self._files[picture]
        return found

    def forget(self, pictures: Iterable[Picture]) -> None:
        """Have pictures uploaded anew: Slack does not know them any more."""
        for picture in pictures:
            self._files.pop(picture, None)

    def _keep(self, picture: Picture, file: str) -> None:
        while len(self._files) >= _KEPT:
            del self._files[next(iter(self._files))]
        self._files[picture] = file
        self._failed.pop(picture, None)

    def _count(self, picture: Picture) -> int:
        """Count one more time that a picture found nobody; return how often it has."""
        times = self._failed.pop(picture, 0) + 1
        while len(self._failed) >= _KEPT:
            del self._failed[next(iter(self._failed))]
        self._failed[picture] = times
        return times

    async def _upload(self, picture: Picture) -> str:
        drawn = await asyncio.to_thread(draw_png, picture)
        place = await self._calls.read(
            "files.getUploadURLExternal",
            filename="picture.png",
            length=len(drawn),
            alt_txt=picture.alt[:1_000] or None,
        )
        file, address = text_in(place, "file_id"), text_in(place, "upload_url")
        if not file or not address:
            raise Denied("no_place", "Slack names no place for the picture.")
        await self._put(picture, address, drawn)
        # Nobody sees a file that is shared nowhere: asked twice, it harms nobody.
        await self._calls.read("files.completeUploadExternal", files=[{"id": file, "title": picture.title}])
        return file

    async def _put(self, picture: Picture, address: str, drawn: bytes) -> None:
        """Upload what was drawn. Raises Denied where that would never do, TryLater."""
        client = self._calls.client
        session = client.session
        assert session is not None
        try:
            async with session.post(address, data=drawn, proxy=client.proxy) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        if status == _UPLOADED:
            return
        said = f"({status})" if status else "(no answer)"
        if 400 <= status < 500 and status != _TOO_MANY:
            raise Denied("upload_refused", f"Slack does not take the picture {said}.")
        if self._count(picture) >= _TRIES:
            raise Denied("upload_failed", f"Slack has not taken the picture {_TRIES} times {said}.")
        raise TryLater(f"Slack does not take the picture now {said}.")
