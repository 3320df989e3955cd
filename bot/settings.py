"""The process's settings, from the environment; says in a sentence what is wrong or missing."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

TOKENS = ("SLACK_BOT_TOKEN", "DISCORD_TOKEN")


class BadEnvironment(Exception):
    """A setting in the environment is wrong or missing; the message says which, and what would be right."""


class Process(BaseSettings):
    """What the process is told by its environment, or by a file `.env` beside it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    database_url: Annotated[str, Field(min_length=1)] = "sqlite:///data/hearth.db"
    # Where the sandbox keeps its pretend community.
    sandbox_file: Annotated[str, Field(min_length=1)] = "data/sandbox.jsonl"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    slack_bot_token: SecretStr | None = None
    discord_token: SecretStr | None = None

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that there is a token for."""
        tokens = {"Slack": self.slack_bot_token, "Discord": self.discord_token}
        return tuple(name for name, token in tokens.items() if token and token.get_secret_value())


def from_environment() -> Process:
    """Read the settings. Raises BadEnvironment."""
    try:
        return Process()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper()
        raise BadEnvironment(
            f"{name} in the environment is wrong: {first['msg'].lower()}. See .env.example."
        ) from None
