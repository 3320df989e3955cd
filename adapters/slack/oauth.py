"""Installs Hearth into workspaces by OAuth, and keeps their tokens where they are sealed."""

import html
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from adapters.slack.scopes import SCOPES
from bot.logs import named
from bot.ports import Installations

log = named(__name__)

# Somebody who installs an app reads for a while what it wants.
_STATE_S = 600
_STATES_KEPT = 1_000
_PREFIX = "slack:"

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Hearth was not installed</title></head>
<body><h1>Hearth was not installed</h1><p>{reason}</p></body></html>
"""

Arrived = Callable[[str, str, str | None], Awaitable[None]]
# Says of a workspace and its organisation why Hearth may not be installed there, None where it may.
Admits = Callable[[str, str], Awaitable[str | None]]
# Gives a token back that Hearth is not to have.
GivesBack = Callable[[str], Awaitable[None]]


class NotAdmitted(BoltError):
    """Hearth may not be installed there; the message says why, to who tried."""


class KeptInstallations(AsyncInstallationStore):
    """Slack's installations in ours: of each workspace the bot's token and who installed it, no more.

    `admits` says which may be saved, and `gives_back` takes the token of one that may not. `arrived` is told
    the workspace, the token and the installer of each that is saved.
    """

    def __init__(
        self, installations: Installations, *, admits: Admits, gives_back: GivesBack, arrived: Arrived
    ) -> None:
        self._installations = installations
        self._admits = admits
        self._gives_back = gives_back
        self._arrived = arrived

    @property
    def logger(self) -> logging.Logger:
        """Where it would say something."""
        return logging.getLogger(__name__)

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation. Raises NotAdmitted."""
        if not installation.team_id or not installation.bot_token:
            log.warning("install_refused", community=f"{_PREFIX}{installation.team_id or 'unknown'}")
            if installation.bot_token:
                await self._gives_back(installation.bot_token)
            raise NotAdmitted("Hearth is installed into one workspace at a time, not into an organisation.")
        organisation = installation.enterprise_id or ""
        reason = await self._admits(installation.team_id, organisation)
        if reason is not None:
            log.warning("install_refused", community=f"{_PREFIX}{installation.team_id}")
            await self._gives_back(installation.bot_token)
            raise NotAdmitted(reason)
        kept = {
            "team_id": installation.team_id,
            "enterprise_id": organisation,
            "bot_token": installation.bot_token,
            "bot_id": installation.bot_id or "",
            "bot_user_id": installation.bot_user_id or "",
            "user_id": installation.user_id or "",
            "installed_at": installation.installed_at,
        }
        await self._installations.save(f"{_PREFIX}{installation.team_id}", json.dumps(kept))
        await self._arrived(installation.team_id, installation.bot_token, installation.user_id or None)

    async def async_save_bot(self, bot: Bot) -> None:
        """Nothing: who installed it is kept with it."""

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return what is kept of a workspace."""
        written = await self._installations.load(f"{_PREFIX}{team_id}") if team_id else None
        return None if written is None else Installation(**json.loads(written))

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """Return the bot of a workspace."""
        found = await self.async_find_installation(enterprise_id=enterprise_id, team_id=team_id)
        return None if found is None else found.to_bot()

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Erase what is kept of a workspace."""
        if team_id:
            await self._installations.forget(f"{_PREFIX}{team_id}")

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Erase what is kept of a workspace."""
        await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)


class SignedStates(AsyncOAuthStateStore):
    """What ties a browser that comes back from Slack to the one that went: signed, for once, for a while."""

    def __init__(self, key: str) -> None:
        self._signer = URLSafeTimedSerializer(key, salt="installing into Slack")
        self._used: list[str] = []

    @property
    def logger(self) -> logging.Logger:
        """Where it would say something."""
        return logging.getLogger(__name__)

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Return a new one."""
        return str(self._signer.dumps(secrets.token_urlsafe(16)))

    async def async_consume(self, state: str) -> bool:
        """Tell whether it is good, and have it good no more."""
        try:
            self._signer.loads(state, max_age=_STATE_S)
        except BadSignature:
            return False
        if state in self._used:
            return False
        self._used = [*self._used[-_STATES_KEPT:], state]
        return True


def flow(
    *,
    client: AsyncWebClient,
    client_id: str,
    client_secret: str,
    state_key: str,
    address: str,
    api_url: str,
    store: KeptInstallations,
) -> AsyncOAuthFlow:
    """Return what leads somebody through Slack's pages; `address` is where people reach Hearth."""
    return AsyncOAuthFlow(
        client=client,
        logger=logging.getLogger("slack_bolt"),
        settings=AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=f"{address}{REDIRECT_PATH}",
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=_authorization(api_url),
            installation_store=store,
            installation_store_bot_only=True,
            state_store=SignedStates(state_key),
            state_expiration_seconds=_STATE_S,
            callback_options=AsyncCallbackOptions(_installed, _not_installed),
        ),
    )


async def _installed(args: AsyncSuccessArgs) -> BoltResponse:
    return await args.default.success(args)


async def _not_installed(args: AsyncFailureArgs) -> BoltResponse:
    if not isinstance(args.error, NotAdmitted):
        return await args.default.failure(args)
    return not_installed(403, str(args.error))


def not_installed(status: int, reason: str) -> BoltResponse:
    """Return the page that says why Hearth was not installed."""
    body = _PAGE.format(reason=html.escape(reason))
    return BoltResponse(status=status, body=body, headers={"Content-Type": "text/html; charset=utf-8"})


def _authorization(api_url: str) -> str:
    """Return where Slack asks people whether they want the app, beside its Web API."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"
