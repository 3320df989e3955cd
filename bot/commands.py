"""The one grammar of `/community`, for all platforms: a word, and what follows it."""

from dataclasses import dataclass
from difflib import get_close_matches

from bot.communities import is_manager
from bot.events import CommandGiven
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Command:
    """A word after `/community`: what it does, and whether it is for managers."""

    name: str
    does: str
    managers: bool = False


COMMANDS = (
    Command("help", "what I can do"),
    Command("check", "how salesy a draft reads, and why"),
    Command("me", "what I know about you; me hide, me show and me forget change it"),
    Command("help-with", "offer to be asked about what you know: topics, hours, how often"),
    Command("status", "what works, what is off and why", managers=True),
    Command("setup", "what I need to be told, each with a picker", managers=True),
    Command(
        "questions",
        "the questions nobody answered yet: mine, newcomers, #channel, oldest, newest",
        managers=True,
    ),
    Command("digest", "this week's digest as it stands", managers=True),
    Command("subscribe", "a digest about what you choose, when and where you like", managers=True),
    Command("subscriptions", "who gets which digest", managers=True),
    Command("preview", "a digest as it stands", managers=True),
    Command("now", "post a digest of what there is so far", managers=True),
    Command("pause", "stop a digest for a while", managers=True),
    Command("resume", "let a paused digest go on", managers=True),
    Command("unsubscribe", "end a subscription", managers=True),
    Command("feedback", "what members reported, wanted and praised", managers=True),
    Command("health", "how the community did in the last seven days", managers=True),
    Command("settings", "what is set, and how to change it", managers=True),
    Command("rules", "what is salesy here; rules try shows what another rule would flip", managers=True),
    Command("welcome", "the welcome as a newcomer sees it", managers=True),
    Command("model", "what a language model is asked here; model log shows what was sent", managers=True),
    Command("web", "a link to the pages, for you alone", managers=True),
)
_BY_NAME = {command.name: command for command in COMMANDS}


def split(text: str) -> tuple[str, str]:
    """Return the command's word in lower case, "help" for none, and what follows, its lines kept."""
    word, rest = _first(text)
    if word == "/community":
        word, rest = _first(rest)  # Typed whole where only what follows is wanted.
    return word or "help", rest


def _first(text: str) -> tuple[str, str]:
    word, *rest = text.split(maxsplit=1) or [""]
    return word.lower(), rest[0].strip() if rest else ""


def known(name: str) -> Command | None:
    """Return the command of that name."""
    return _BY_NAME.get(name)


def nearest(word: str, *, manager: bool) -> str | None:
    """Return the name most like an unknown word, if any is, among those its giver may give."""
    names = [command.name for command in COMMANDS if manager or not command.managers]
    found = get_close_matches(word, names, n=1, cutoff=0.5)
    return found[0] if found else None


def given(event: CommandGiven, tx: Transaction, name: str) -> str | None:
    """Return what follows the command's word, if it is this one and its giver may give it; else None."""
    word, rest = split(event.text)
    command = _BY_NAME.get(word)
    if command is None or word != name or (command.managers and not is_manager(tx, event)):
        return None
    return rest
