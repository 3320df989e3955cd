"""The process's settings, from the environment; says in a sentence what is wrong or missing."""

import re
from contextlib import suppress
from typing import Annotated, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

TOKENS = ("SLACK_BOT_TOKEN", "DISCORD_TOKEN")
_WORKSPACE = re.compile("[TE][A-Z0-9]+")

# What a setting has to be, where anything else is refused.
_RIGHT = {
    "port": "a number from 0 to 65535",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
    "log_format": "auto, json or text",
    "host": "an address of this machine",
    "database_url": "the address of a database, as sqlite:///data/hearth.db",
    "public_url": "where people reach the pages, as https://hearth.example.com",
    "sandbox_file": "the name of a file",
    "discord_api_url": "the address of Discord's API with its version, as https://discord.com/api/v10",
    "discord_gateway_url": "the address of Discord's gateway, as wss://gateway.discord.gg",
    "discord_shards": "a number from 1 to 1000",
    "slack_workspaces": "ids of workspaces or organisations with commas between, as T0123456,E0123456",
    "openai_base_url": "the address of a server that speaks OpenAI's protocol, as http://127.0.0.1:11434/v1",
    "openai_timeout_s": "a number of seconds from 1 to 25",
    "openai_tokens_a_day": "a number of tokens, 0 or more",
    "slack_api_url": "the address of Slack's Web API, as https://slack.com/api/",
}


def _given(value: object) -> object:
    """Return None for what is set to nothing."""
    return value if str(value or "").strip() else None


def _api(value: object) -> str:
    """Return the address of a Web API, with the slash at its end that its methods stand behind."""
    parts = urlsplit(str(value))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address")
    return f"{str(value).rstrip('/')}/"


def _api_base(value: object) -> str:
    """Return the address of an API, without a slash at its end."""
    return _api(value).rstrip("/")


def _model_address(value: object) -> str | None:
    """Return the address of a server that speaks OpenAI's protocol; None for nothing."""
    return _api_base(value) if _given(value) else None


def _gateway(value: object) -> str | None:
    """Return the address of a gateway; None for nothing."""
    if not _given(value):
        return None
    parts = urlsplit(str(value))
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError("no address")
    return str(value)


def _workspaces(value: object) -> tuple[str, ...] | None:
    """Return the ids of workspaces and organisations with commas between; None for nothing."""
    if not _given(value):
        return None
    names = tuple(name.strip() for name in str(value).split(",") if name.strip())
    if not names or not all(_WORKSPACE.fullmatch(name) for name in names):
        raise ValueError("no ids")
    return names


def _origin(value: object) -> str | None:
    """Return the scheme and host of an address that has no more than these; None for nothing."""
    if not value:
        return None
    parts = urlsplit(str(value))
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("no address")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("more than a host")
    return f"{parts.scheme}://{parts.netloc}"


class BadEnvironment(Exception):
    """A setting in the environment is wrong or missing; the message says which, and what would be right."""


class Process(BaseSettings):
    """What the process is told by its environment, or by a file `.env` beside it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    # Where people reach what is served here; without it that is http://HOST:PORT.
    public_url: Annotated[str | None, BeforeValidator(_origin)] = None
    database_url: Annotated[str, Field(min_length=1)] = "sqlite:///data/hearth.db"
    # Where the sandbox keeps its pretend community.
    sandbox_file: Annotated[str, Field(min_length=1)] = "data/sandbox.jsonl"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda level: str(level).upper())
    ] = "WARNING"
    log_format: Annotated[
        Literal["auto", "json", "text"], BeforeValidator(lambda form: str(form).lower() or "auto")
    ] = "auto"
    # Whoever shows this may read the figures of running at /metrics from elsewhere.
    metrics_token: SecretStr | None = None
    slack_bot_token: Annotated[SecretStr | None, BeforeValidator(_given)] = None
    # With it Slack tells through a socket; without, it calls /slack/events and signs with the secret.
    slack_app_token: Annotated[SecretStr | None, BeforeValidator(_given)] = None
    slack_signing_secret: Annotated[SecretStr | None, BeforeValidator(_given)] = None
    # With these, workspaces install Hearth at /slack/install; their tokens are sealed with the key.
    slack_client_id: Annotated[str | None, BeforeValidator(_given)] = None
    slack_client_secret: Annotated[SecretStr | None, BeforeValidator(_given)] = None
    encryption_key: Annotated[SecretStr | None, BeforeValidator(_given)] = None
    # Which workspaces may do so; without it those of the organisation of the first that did.
    slack_workspaces: Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(_workspaces)] = None
    slack_api_url: Annotated[str, BeforeValidator(_api)] = "https://slack.com/api/"
    discord_token: Annotated[SecretStr | None, BeforeValidator(_given)] = None
    discord_api_url: Annotated[str, BeforeValidator(_api_base)] = "https://discord.com/api/v10"
    # Without it Discord's API says where the gateway is.
    discord_gateway_url: Annotated[str | None, BeforeValidator(_gateway)] = None
    # In how many parts servers are heard; without it as many as Discord recommends.
    discord_shards: Annotated[Annotated[int, Field(ge=1, le=1_000)] | None, BeforeValidator(_given)] = None

    # A language model: OpenAI's with a key, or a server that speaks its protocol, which may want none.
    openai_api_key: Annotated[SecretStr | None, BeforeValidator(_given)] = None
    openai_base_url: Annotated[str | None, BeforeValidator(_model_address)] = None
    openai_model: Annotated[str, Field(min_length=1)] = "gpt-5.4-mini"
    # Others for what communities ask for, where that is wanted.
    openai_model_digest: Annotated[str | None, BeforeValidator(_given)] = None
    openai_model_rewrite: Annotated[str | None, BeforeValidator(_given)] = None
    openai_model_answer: Annotated[str | None, BeforeValidator(_given)] = None
    openai_model_opinion: Annotated[str | None, BeforeValidator(_given)] = None
    # The outbox waits for half a minute for anything.
    openai_timeout_s: Annotated[float, Field(ge=1, le=25)] = 20.0
    # What each community may use.
    openai_tokens_a_day: Annotated[int, Field(ge=0)] = 200_000

    @property
    def models(self) -> dict[str, str]:
        """The language model for each purpose; none where there is no way to one."""
        if self.openai_api_key is None and self.openai_base_url is None:
            return {}
        chosen = {
            "digest": self.openai_model_digest,
            "rewrite": self.openai_model_rewrite,
            "answer": self.openai_model_answer,
            "opinion": self.openai_model_opinion,
        }
        return {purpose: model or self.openai_model for purpose, model in chosen.items()}

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that there is a token for, or a way to be given one."""
        given = {"Slack": self.slack_bot_token or self.slack_client_id, "Discord": self.discord_token}
        return tuple(name for name, way_in in given.items() if way_in)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log line and no answer may hold: the tokens, and what the database is opened with."""
        tokens = (
            self.slack_bot_token,
            self.slack_app_token,
            self.slack_signing_secret,
            self.slack_client_secret,
            self.encryption_key,
            self.discord_token,
            self.metrics_token,
            self.openai_api_key,
        )
        found = [token.get_secret_value() for token in tokens if token]
        with suppress(ValueError):
            address = urlsplit(self.database_url)
            found += [address.password or "", unquote(address.password or "")]
            found += parse_qs(address.query).get("password", [])
        return tuple(secret for secret in found if secret)


def from_environment() -> Process:
    """Read the settings. Raises BadEnvironment."""
    try:
        return Process()
    except ValidationError as error:
        name = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        raise BadEnvironment(
            f"{name.upper()} in the environment has to be {_RIGHT.get(name, 'something')}; see .env.example."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise BadEnvironment(
            "The file .env cannot be read as text; write it anew from .env.example."
        ) from None
