"""A replay's page can be sent around: whole in itself, readable anywhere, and nothing in it acts."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.command_line import app
from bot.communities import settings_from
from bot.compose import replay_exports
from bot.facts import marked
from bot.replay import Options
from bot.report import Report
from bot.report_page import page_of
from tests.exports.made import Made, MadeDiscord, MadeSlack, discord_message, ts
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.test_feedback import BUG, PRAISE, REQUEST

DAY = 24 * 60.0
HOSTILE = "<script>alert('1')</script><img src=x onerror=alert(2)> \"></title><svg onload=alert(3)>"


def found(made: Made, where: Path, **options: bool) -> Report:
    options = {"facts": True} | options
    return replay_exports(
        [made.zip(where)], Options(settings_from({}), **options), lambda doing, done, of: None
    )


def page(made: Made, where: Path) -> str:
    return page_of(found(made, where))


def words(page: str) -> str:
    """Return what a page says, in one line."""

    class Words(HTMLParser):
        said: str = ""

        def handle_data(self, data: str) -> None:
            self.said += f"{data} "

    parser = Words()
    parser.feed(page.partition("<body>")[2])
    return " ".join(parser.said.split())


def workspace() -> MadeSlack:
    """A workspace in which people talk for some weeks."""
    made = MadeSlack()
    made.channel("CHELP", "help")
    for week in range(6):
        at = week * 7 * DAY
        made.says("ada", f"How do I export board number {week} to CSV?", at, where="help")
        if week:
            made.says("bob", "Open Settings, then Export", at + 5, where="help", thread_ts=ts(at))
        made.says("bob", "Where do I find my old invoices?", at + 60)
    made.says("cleo", NEWSLETTER, 300)
    made.says("cleo", REQUEST, 400)
    made.says("ada", BUG, 500)
    made.says("ada", PRAISE, 9 * DAY)
    made.put("help/2024-01-05.json", "[{broken")
    return made


def test_it_shows_what_a_manager_wants_to_know(tmp_path: Path) -> None:
    text = page(workspace(), tmp_path)
    said = words(text)

    assert "21 messages 3 members 12 questions 42% of them answered 5 min until" in said
    assert "1 message that reads like selling" in said
    for title in ("Who was here", "Questions answered", "Time to the first response", "Asked and sold"):
        assert title in said
    assert "Nobody answered" in said
    assert "Where do I find my old invoices?" in said
    assert "<mark>50% off</mark>" in text
    assert "What members said about the product" in said
    assert "A digest, as product teams get it" in said
    assert "How sure is this?" in said
    assert "1 thing in the export could not be taken as it stands" in said


def test_days_are_those_of_the_timezone(tmp_path: Path) -> None:
    made = workspace()
    made.says("ada", "Good night!", 40 * DAY + 14.5 * 60)
    options = Options(settings_from({"timezone": "Europe/Berlin", "limit": "1h"}), facts=True)
    report = replay_exports([made.zip(tmp_path)], options, lambda doing, done, of: None)
    said = words(page_of(report))

    # Half past eleven in the evening, in UTC.
    assert "2 January 2024 to 12 February 2024" in said
    assert "Of the week from 1 January 2024" in said
    assert "A question may wait 60 min before" in said
    assert "Europe/Berlin" in said


def test_each_message_leads_to_where_it_was_said(tmp_path: Path) -> None:
    links = re.findall(r'<a href="([^"]+)"', page(workspace(), tmp_path))

    assert links
    assert all(link.startswith("https://app.slack.com/client/") for link in links)


def test_nobody_is_named_beside_what_sells(tmp_path: Path) -> None:
    made = MadeSlack()
    made.person("UZOE", "zoe-the-seller")
    made.says("zoe", NEWSLETTER)

    assert "<mark>50% off</mark>" in page(made, tmp_path)
    assert "zoe-the-seller" not in page(made, tmp_path)


def test_what_was_said_in_private_is_counted_and_not_shown(tmp_path: Path) -> None:
    made = MadeSlack()
    made.channel("GBOARD", "board", listed="groups.json")
    made.says("ada", "How do we tell the others about the merger?", where="board")
    made.says("bob", "How do I export my boards to CSV?")
    made.says("bob", "Good morning!", 3 * DAY)
    text = page(made, tmp_path)

    assert "merger" not in text
    assert "1 is in a private channel and is counted, not shown." in words(text)
    assert "How do I export my boards to CSV?" in text


@pytest.mark.parametrize("kind", ["slack", "discord"])
def test_nothing_that_people_wrote_acts(tmp_path: Path, kind: str) -> None:
    made: Made
    if kind == "slack":
        made = MadeSlack()
        made.channel("CEVIL", f"evil {HOSTILE}")
        made.says("ada", f"How do I export {HOSTILE} to CSV?")
        made.says("cleo", f"{NEWSLETTER} {HOSTILE}", 60)
        made.says("bob", f"{REQUEST} {HOSTILE}", 90)
        made.put(f"help/{HOSTILE.replace('/', '')}.json", "[{broken")
        made.says("bob", "Good morning!", 3 * DAY)
    else:
        made = MadeDiscord()
        made.guild["name"] = HOSTILE
        made.channel(
            [
                discord_message("ada", f"How do I export {HOSTILE} to CSV?"),
                discord_message("cleo", f"{NEWSLETTER} {HOSTILE}", 60),
                discord_message("bob", "Good morning!", 3 * DAY),
            ],
            name=HOSTILE,
        )
    text = page(made, tmp_path)
    tags: list[str] = []
    attributes: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            attributes.extend(name for name, _ in attrs)

    Tags().feed(text)
    assert "alert(" in words(text)
    assert not {"script", "img", "iframe", "object"} & set(tags)
    assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]


def test_an_export_in_which_nothing_happens_has_a_page_too(tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "Good morning!")
    said = words(page(made, tmp_path))

    assert "1 message 1 member 0 questions" in said
    assert "Nothing read like selling." in said
    assert "No question waited too long" in said


def test_two_years_are_shown_in_weeks_and_more_in_months(tmp_path: Path) -> None:
    def stretch(days: float) -> str:
        made = MadeSlack()
        made.says("ada", "Good morning!")
        made.says("ada", "Good morning!", days * DAY)
        facts = found(made, tmp_path, digests=False).facts
        assert facts is not None
        assert 100 <= len(facts.pictures[0].labels) <= 120 or facts.stretch == "month"
        return facts.stretch

    assert (stretch(725), stretch(800)) == ("week", "month")


def test_what_is_listed_ends_and_the_rest_is_counted(tmp_path: Path) -> None:
    made = MadeSlack()
    for place in range(40):
        made.says("ada", f"How do I export board number {place} to CSV?", place * DAY)
    made.says("bob", "Good morning!", 60 * DAY)
    report = found(made, tmp_path, digests=False)
    assert report.facts is not None

    said = words(page_of(report))
    assert (len(report.facts.still_open.shown), report.facts.still_open.all) == (30, 40)
    assert "25 more" in said
    assert "10 more are not shown here." in said


def test_quotes_are_shown_without_their_markup(tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "*Exports* How do I call `export()` for _all_ my boards?")
    made.says("bob", "Good morning!", 3 * DAY)
    made.says("cleo", f"*Hurry* {NEWSLETTER}", 60)
    text = page(made, tmp_path)

    assert "Exports How do I call export() for all my boards?" in text
    assert "Hurry" in words(text)
    assert "*" not in words(text)
    assert "<mark>50% off</mark>" in text


def test_what_begins_with_the_words_of_others_comes_last(tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", REQUEST)
    made.says("bob", f"ada said :\n\n{REQUEST}\n\nMe too", 60)
    report = found(made, tmp_path, digests=False)
    assert report.facts is not None
    [wanted] = [each for each in report.facts.feedback if each.all]

    assert [each.text[0][0].startswith("ada said") for each in wanted.shown] == [False, True]


def test_a_question_that_was_withdrawn_is_none(tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "How do I export my boards to CSV?")
    made.says("bob", "Where do I find my old invoices?", 60)
    made.says("bob", "never mind, wrong channel", 61)
    report = found(made, tmp_path)

    assert (len(report.questions), report.questions.asked) == (2, 1)
    assert "1 question 0% of them answered" in words(page_of(report))
    assert "nor is 1 that was withdrawn" in words(page_of(report))


def test_the_digest_shown_is_the_one_the_rules_are_surest_of(tmp_path: Path) -> None:
    made = MadeSlack()
    for place in range(4):
        made.says("ada", f"question number {place} about it all is this and that, or", place * 60)
        made.says("bob", f"How do I export board number {place} to CSV?", 7 * DAY + place * 60)
        made.says("cleo", f"ada said :\n\n{BUG}", 7 * DAY + place * 60 + 10)
    made.says("ada", "Good morning!", 21 * DAY)
    report = found(made, tmp_path)
    assert report.example is not None

    assert report.example.start.startswith("2024-01-08")
    assert [section.name for section in report.example.sections] == ["Asked"]


def test_without_being_asked_for_no_facts_are_gathered(tmp_path: Path) -> None:
    report = found(workspace(), tmp_path, facts=False)

    assert report.facts is None
    with pytest.raises(ValueError, match="not gathered"):
        page_of(report)


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], (("Get 20% off today", False),)),
        ([(4, 11)], (("Get ", False), ("20% off", True), (" today", False))),
        ([(4, 8), (6, 11)], (("Get ", False), ("20% ", True), ("off", True), (" today", False))),
        ([(0, 17)], (("Get 20% off today", True),)),
        ([(4, 11), (90, 99)], (("Get ", False), ("20% off", True), (" today", False))),
    ],
)
def test_marks_are_stretches_of_the_text(
    spans: list[tuple[int, int]], shown: tuple[tuple[str, bool], ...]
) -> None:
    assert marked("Get 20% off today", spans) == shown


# The command.


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.stderr.strip()

    return command


def test_replay_writes_the_page_beside_the_report_for_scripts(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    export = str(workspace().zip(tmp_path))

    assert run("replay", export, "--html", "report.html", "--json", "report.json") == (0, "")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert '"facts"' not in (tmp_path / "report.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--html", "-"), "--html: a page has to be a file; name one, as in --html report.html."),
        (("--html", "x", "--json", "x"), "--html and --json name the same file; name two."),
        (
            ("--html", "nowhere/report.html"),
            "nowhere/report.html cannot be written (No such file or directory); name another file.",
        ),
    ],
)
def test_where_no_page_can_be_written_is_said_before_the_work(
    run: Callable[..., tuple[int, str]], options: tuple[str, ...], sentence: str
) -> None:
    assert run("replay", "gone.zip", *options) == (2, sentence)
