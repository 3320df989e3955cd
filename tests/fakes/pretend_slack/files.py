"""Files: uploaded in three steps, and shown only once they are processed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.fakes.pretend_slack.refusal import Json

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.workspace import Workspace

_PICTURES = {b"\x89PNG": "png", b"\xff\xd8\xff\xe0": "jpg", b"GIF8": "gif"}


@dataclass(eq=False)
class File:
    """A file, on its way or here."""

    id: str
    name: str
    content: bytes
    user: str
    alt: str
    length: int = 0
    title: str = ""
    shared: bool = False
    uploaded: bool = False
    # From when its picture can be shown.
    ready_at: datetime | None = None

    def ready(self, now: datetime) -> bool:
        """Tell whether it is a picture that can be shown."""
        return self.kind in _PICTURES.values() and self.ready_at is not None and self.ready_at <= now

    def complete(self, now: datetime, takes: timedelta) -> None:
        """Be here whole; pictures are processed for a while."""
        self.ready_at = now + takes

    @property
    def kind(self) -> str:
        """What it is, by how it begins; nothing while it is not here."""
        return _PICTURES.get(self.content[:4], "text") if self.content else ""

    def wire(self, workspace: "Workspace") -> Json:
        """Return it as Slack tells it; much is missing until it is processed."""
        told: Json = {
            "id": self.id,
            "created": workspace.seconds,
            "timestamp": workspace.seconds,
            "name": self.name,
            "title": self.title or self.name,
            "user": self.user,
            "size": len(self.content),
            "mode": "hosted",
            "alt_txt": self.alt,
            "permalink": f"https://{workspace.domain}.slack.com/files/{self.user}/{self.id}/{self.name}",
            "url_private": f"https://files.slack.com/files-pri/{workspace.id}-{self.id}/{self.name}",
            "mimetype": "",
            "filetype": "",
        }
        if self.shared or self.ready(workspace.clock.now()):
            told["filetype"] = self.kind
            told["mimetype"] = "text/plain" if self.kind == "text" else f"image/{self.kind}"
        return told
