"""The commands of python -m bot."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.exceptions import TyperException

from bot import compose, logs
from bot.ahead import get_ready
from bot.check import run_check
from bot.clock import Clock
from bot.communities import WrongSetting, settings_from
from bot.failures import show_failed
from bot.findings import show_findings
from bot.garbage import settle_down
from bot.imported import show as show_imported
from bot.language.linker.forest import ModelUnreadable
from bot.language.salesy import DEFAULT_THRESHOLD
from bot.replay import Options
from bot.report_page import page_of
from bot.sealing import new_key
from bot.settings import BadEnvironment, from_environment
from bot.summary import show

# What went wrong; what was asked wrongly; our own bug (EX_SOFTWARE).
_WENT_WRONG, _ASKED_WRONGLY, _OUR_BUG = 1, 2, 70
# What a shell says of a program that nobody reads any more (128 and SIGPIPE).
_NOBODY_READS = 141
# And of one that was told to end (128 and SIGTERM).
_TOLD_TO_END = 143

app = typer.Typer(
    name="python -m bot",
    help="Hearth looks after a community: it welcomes members, flags unanswered questions, tells selling "
    "from talk, and carries what members say to the people who build the product.",
    epilog="Each command has its own help, with an example: python -m bot replay --help",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@app.callback()
def _hearth() -> None:
    """Keep every command a word of its own, even were there only one."""


@app.command(epilog="Example: PORT=8090 python -m bot run")
def run(
    production: Annotated[
        bool,
        typer.Option("--production", metavar="", help="Serve real platforms only; never start the sandbox."),
    ] = False,
) -> None:
    """Start Hearth: on your platforms where there are tokens, else in a sandbox on a web page.

    The settings come from the environment; .env.example lists them.
    """
    try:
        process = from_environment()
        logs.configure(process.log_level, process.log_format, process.secrets)
        get_ready()
        compose.run(process, production=production, say=_begin)
    except (BadEnvironment, ModelUnreadable, compose.CannotStart) as error:
        _end(str(error), code=_WENT_WRONG)


def _begin(line: str) -> None:
    settle_down()
    print(line, flush=True)  # noqa: T201  # the one line it prints


@app.command(
    epilog="Example: python -m bot replay --limit 2h --timezone Europe/Berlin --json out.json export.zip"
)
def replay(
    exports: Annotated[
        list[Path],
        typer.Argument(
            metavar="EXPORT",
            help="A Slack export (zip or folder) or DiscordChatExporter JSON.",
            show_default=False,
        ),
    ],
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="The community's timezone, as Europe/Berlin.")
    ] = "UTC",
    limit: Annotated[
        str, typer.Option(metavar="TIME", help="How long a question may wait: 90m, 4h, 2d.")
    ] = "4h",
    working_hours: Annotated[
        str,
        typer.Option(metavar="HOURS", help='When waiting counts: "Mon-Fri 9:00-17:00", or "off" for always.'),
    ] = "off",
    salesy_threshold: Annotated[
        float,
        typer.Option(
            metavar="SCORE", help="From which score on a message reads like selling, between 0 and 1."
        ),
    ] = DEFAULT_THRESHOLD,
    digest: Annotated[
        str, typer.Option(metavar="weekly|off", help="Make a digest each week, or none.")
    ] = "weekly",
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the report for scripts; - for standard output."),
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the report as a page with pictures, in one file."),
    ] = None,
) -> None:
    """Show what Hearth would have done in the past, from an export. Nothing is sent.

    The talk runs through the same core as live talk, in the order it happened.
    """
    if digest not in ("weekly", "off"):
        _end(f'--digest: "{digest}" is neither weekly nor off.', code=_ASKED_WRONGLY)
    try:
        settings = settings_from(
            {
                "timezone": timezone,
                "limit": limit,
                "working_hours": working_hours,
                "salesy_threshold": salesy_threshold,
            }
        )
        if html_file is not None and str(html_file) == "-":
            _end("--html: a page has to be a file; name one, as in --html report.html.", code=_ASKED_WRONGLY)
        if html_file is not None and html_file == json_file:
            _end("--html and --json name the same file; name two.", code=_ASKED_WRONGLY)
        for file in (json_file, html_file):
            if file is not None and str(file) != "-":
                _writable(file)
        options = Options(settings, digests=digest == "weekly", facts=html_file is not None)
        with _progress() as tell:
            report = compose.replay_exports(exports, options, tell)
    except WrongSetting as error:
        option = f"--{error.name.replace('_', '-')}: " if error.name else ""
        _end(f"{option}{error.problem}", code=_ASKED_WRONGLY)
    except compose.CannotStart as error:
        _end(str(error), code=_WENT_WRONG)
    if json_file is None or str(json_file) != "-":
        show(report, Console())
    else:
        print("".join(report.json_parts()))  # noqa: T201  # asked for
    if json_file is not None and str(json_file) != "-":
        _write(json_file, report.json_parts())
    if html_file is not None:
        _write(html_file, [page_of(report)])


@app.command(
    "import", epilog="Example: DATABASE_URL=sqlite:///data/hearth.db python -m bot import export.zip"
)
def import_(
    exports: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[EXPORT]...",
            help="A Slack export (zip or folder) or DiscordChatExporter JSON.",
            show_default=False,
        ),
    ] = None,
    slack: Annotated[
        bool,
        typer.Option(
            "--slack",
            metavar="",
            help="Instead of an export, read the channels of Slack that Hearth is in, as far back as "
            "messages are kept.",
        ),
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", metavar="", help="With --slack, read all there is; what is older is counted."),
    ] = False,
    community: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Import into this community instead of the export's own, as slack:T0123456."
        ),
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the summary for scripts; - for standard output."),
    ] = None,
) -> None:
    """Give an installation the history of its community, from an export, while Hearth itself does not run.

    Nothing is sent, and nobody is welcomed or flagged for what is past. Messages are kept as long as the
    community keeps them; of what is older, the counts of each day. Interrupted, it goes on where it was.
    """
    if slack == bool(exports):
        _end("Name an export, or say --slack; see python -m bot import --help.", code=_ASKED_WRONGLY)
    if json_file is not None and str(json_file) != "-":
        _writable(json_file)
    try:
        process = from_environment()
        logs.configure(process.log_level, process.log_format, process.secrets)
        with _progress() as tell:
            if slack:
                found = compose.import_slack(process, everything, community, tell)
            else:
                found = compose.import_exports(process, exports or [], community, tell)
    except (BadEnvironment, compose.CannotStart) as error:
        _end(str(error), code=_WENT_WRONG)
    if json_file is None or str(json_file) != "-":
        show_imported(found, Console())
    else:
        print(found.as_json())  # noqa: T201  # asked for
    if json_file is not None and str(json_file) != "-":
        _write(json_file, [found.as_json()])


@app.command(epilog="Example: python -m bot check update.md — or: pbpaste | python -m bot check")
def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="The draft; standard input where none is named, or for -.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", metavar="", help="The verdict for scripts, alone.")
    ] = False,
    threshold: Annotated[
        float,
        typer.Option(metavar="SCORE", help="From which score on it reads like selling."),
    ] = DEFAULT_THRESHOLD,
) -> None:
    """Say how salesy a draft reads, and why, in the draft's own words.

    Exit 0: fine, or a broadcast; 1: salesy; 2: unreadable.
    """
    if not 0 < threshold < 1:
        _end("--threshold: it has to be a number between 0 and 1.", code=_ASKED_WRONGLY)
    raise typer.Exit(run_check(file, as_json, threshold))


@app.command(epilog="Example: python -m bot retry --list")
def retry(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Only these failures, as --list names them.", show_default=False),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", metavar="", help="Only show what failed; Hearth may run meanwhile.")
    ] = False,
) -> None:
    """Run again what failed, while Hearth itself does not run.

    A feature that fails on an event loses only its own work on that event; it is kept until it succeeds.
    """
    try:
        process = from_environment()
        failures, actions = compose.failed(process) if listed or ids else ((), ())
        if listed:
            show_failed(failures, actions, Clock().now(), Console())
            return
        unknown = set(ids or ()) - {failure.id for failure in failures}
        if unknown:
            _end(f"There is no failure {min(unknown)}; see python -m bot retry --list.", code=_WENT_WRONG)
        succeeded, failed = compose.retry(process, ids or ())
    except (BadEnvironment, compose.CannotStart) as error:
        _end(str(error), code=_WENT_WRONG)
    typer.echo(f"{succeeded} done, {failed} failed again." if succeeded or failed else "Nothing has failed.")
    raise typer.Exit(_WENT_WRONG if failed else 0)


@app.command(epilog="Example: python -m bot doctor --json")
def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", metavar="", help="What was found for scripts, alone.")
    ] = False,
) -> None:
    """Look whether Hearth can run here, and runs well; say what to do about what is not.

    Exit 0: nothing is wrong; 1: something is.
    """
    try:
        process = from_environment()
    except BadEnvironment as error:
        _end(str(error), code=_WENT_WRONG)
    raise typer.Exit(show_findings(compose.doctor(process), None if as_json else Console()))


@app.command(epilog="Example: python -m bot backup hearth-2026-03-02.backup")
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A new file; none is written over.", show_default=False)
    ],
) -> None:
    """Write everything Hearth remembers to one file, as it is at one moment, while Hearth runs or not.

    The file holds what members said and Hearth's keys; only its owner may read it. It can be restored into
    SQLite and into PostgreSQL.
    """
    # Told to end, it takes the part with it that is written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TOLD_TO_END))
    try:
        with _progress() as tell:
            made = compose.back_up(from_environment(), file, tell)
    except (BadEnvironment, compose.CannotStart) as error:
        _end(str(error), code=_WENT_WRONG)
    typer.echo(f"{file} holds {made.rows:,} rows, and was read again to be sure.")


@app.command(epilog="Example: DATABASE_URL=sqlite:///data/new.db python -m bot restore hearth.backup")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", show_default=False)],
) -> None:
    """Fill the empty database of DATABASE_URL from a backup, of either kind, while Hearth does not run."""
    try:
        with _progress() as tell:
            made = compose.restore(from_environment(), file, tell)
    except (BadEnvironment, compose.CannotStart) as error:
        _end(str(error), code=_WENT_WRONG)
    typer.echo(f"{made.rows:,} rows are restored, as they were at {made.made_at:%Y-%m-%d %H:%M} UTC.")


slack_app = typer.Typer(
    name="slack",
    help="What is needed to bring Hearth into Slack: docs/slack.md tells the way.",
    no_args_is_help=True,
)
app.add_typer(slack_app)


@slack_app.command(
    "manifest", epilog="Example: python -m bot slack manifest --http https://hearth.example.com"
)
def slack_manifest(
    http: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where Slack reaches Hearth; without it, Hearth connects to Slack by a socket.",
        ),
    ] = None,
) -> None:
    """Print the manifest that an app in Slack is made of."""
    if http is not None and not http.startswith("https://"):
        _end("--http: Slack calls addresses with https:// alone.", code=_ASKED_WRONGLY)
    typer.echo(json.dumps(compose.slack_manifest(http), indent=2, ensure_ascii=False))


@slack_app.command("key", epilog="Example: ENCRYPTION_KEY=$(python -m bot slack key)")
def slack_key() -> None:
    """Print a new key for ENCRYPTION_KEY, where workspaces install Hearth by themselves."""
    typer.echo(new_key())


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error, for people who wait; a file gets none."""
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Opening", total=None)

        def tell(doing: str, done: int, of: int) -> None:
            bar.update(task, description=doing, completed=done, total=of)

        yield tell


def _writable(file: Path) -> None:
    """See that a file can be written before the work for it begins, and leave it as it is."""
    existed = file.exists()
    try:
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        _end(f"{file} cannot be written ({error.strerror}); name another file.", code=_ASKED_WRONGLY)
    if not existed:
        file.unlink(missing_ok=True)


def _write(file: Path, parts: Iterable[str]) -> None:
    try:
        with file.open("w", encoding="utf-8") as written:
            written.writelines(chain(parts, "\n"))
    except OSError as error:
        _end(f"{file} cannot be written ({error.strerror}); name another file.", code=_WENT_WRONG)


def _end(sentence: str, *, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def main() -> None:
    """Run a command and end with its code; an error of our own ends with 70 and asks to be told."""
    logs.configure("WARNING")
    try:
        code = app(prog_name=app.info.name, standalone_mode=False) or 0
        sys.stdout.flush()
    except TyperException as error:
        # Called with nothing, it has shown the help already and says nothing more.
        if message := error.format_message().strip().rstrip("."):
            context = getattr(error, "ctx", None)
            command = context.command_path if context else "python -m bot"
            typer.echo(f"{message}; see {command} --help.", err=True)
        code = error.exit_code
    except BrokenPipeError:
        # What is still buffered would be complained of at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = _NOBODY_READS
    except Exception as error:
        logs.named(__name__).exception("command_failed")
        typer.echo(
            f"Something is wrong in Hearth itself ({type(error).__name__}); please report it.", err=True
        )
        code = _OUR_BUG
    sys.exit(code)
