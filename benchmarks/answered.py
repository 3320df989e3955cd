"""How well it is known whether a question was answered, beside the rule that any reply answers.

    python -m benchmarks.answered FILE [--after 1h,4h,end] [--talk FILE] [--json OUT]

FILE (.jsonl or .jsonl.gz) holds threads with `state` and `label`s by hand, or dialogs with `asker` and a
`label` of unanswered, replied or answered_confirmed. Dialogs are put back into the channel they ran
through, linked again, and read at times after asking; `--talk` gives all that was said in the
channel (`irc_reply_links`, `gitter_manual_dialogs`), not only the dialogs that ask. Dialogs with
`topic` were threads of their own and are read as such.
"""

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Rate, read_rows, save, show
from benchmarks.flat import Asked, Stream, after, read, seen_long_enough, streams
from benchmarks.scores import average_precision, found, macro_f, plain, precision_at, shown
from benchmarks.talk import Row, conversation, opening
from bot.language.answers import outcome
from bot.language.linker.reader import Links
from bot.language.questions import ASKS, read_question
from bot.language.replied import WAITS, waiting
from bot.language.replies import read_reply

# Of a question near the end of a log it is not known what came of it.
_LEAST = timedelta(hours=1)
# Managers are to miss few of those that wait.
_RECALL = 0.9
_HOURS = re.compile(r"(\d+(?:\.\d+)?)h")
# What hand-made labels call the kinds that a reply's reading names otherwise.
_SAME_KIND = {"self": "answer"}


def measure_flat(rows: Sequence[Row], talk: Sequence[Row], moments: Sequence[str]) -> dict[str, Any]:
    """Nobody else's message in the dialog by then is the truth, as the labels have it: at the end a
    dialog with a clarifying question alone counts as replied."""
    started = time.process_time()
    told = [(stream, read(stream)) for stream in streams(rows, talk)]
    spent = time.process_time() - started
    messages = sum(len(stream.talk) for stream, _ in told)
    figures: dict[str, Any] = {"after": {}, "per_second": messages / spent}
    for moment in moments:
        figures["after"][moment] = _at(told, waited(moment), moment)
    print(f"{messages / spent:,.0f} messages a second on one core, reading the rows included")
    return figures


def waited(moment: str) -> timedelta | None:
    """Return how long after asking a moment is; None is the end."""
    match = _HOURS.fullmatch(moment)
    return timedelta(hours=float(match[1])) if match else None


def cases(
    told: Sequence[tuple[Stream, dict[str, Links]]], wait: timedelta | None
) -> Iterator[tuple[Stream, Asked, dict[str, Links], datetime, bool]]:
    """Yield the questions that are seen for long enough, each with the links of its channel, the moment at
    which it is looked at, and whether nobody has replied by then."""
    for stream, links in told:
        for asked in stream.questions:
            if seen_long_enough(stream, asked, wait or _LEAST):
                by = asked.at + wait if wait else stream.talk[-1].at
                yield stream, asked, links, by, not any(at <= by for at in asked.others)


def _at(
    told: Sequence[tuple[Stream, dict[str, Links]]], wait: timedelta | None, moment: str
) -> dict[str, Any]:
    claims: dict[str, list[tuple[bool, bool]]] = {}
    scored: list[tuple[float, bool]] = []
    for stream, asked, links, by, true in cases(told, wait):
        opening, later = after(stream, asked, by)
        chance = waiting(asked.asker, opening, later, links, by).unanswered
        others = [said for said in later if said.author != asked.asker]
        for name, claim in {
            "ours": chance >= WAITS,
            "nobody names the asker": not any(asked.asker in one.mentions for one in others),
            "nobody else speaks": not others,
        }.items():
            claims.setdefault(name, []).append((claim, true))
        scored.append((chance, true))
    figures = {name: found(pairs) for name, pairs in claims.items()}
    precise, at_recall = average_precision(scored), precision_at(scored, _RECALL)
    show(
        f"Unanswered, {moment} after asking: {len(scored)} questions" if wait else "Unanswered at the end",
        ["rule", "precision", "recall", "F"],
        [[name, *shown(figure)] for name, figure in figures.items()],
        f"of {len(scored)} questions; ours: average precision {precise:.3f}, "
        f"precision at a recall of {_RECALL:.0%} {at_recall}",
    )
    ours, *rules = figures
    return {
        **plain(figures[ours]),
        "average_precision": precise,
        "precision_at_recall_90": at_recall,
        "questions": len(scored),
        "rules": {name: plain(figures[name]) for name in rules},
    }


def measure_topics(rows: Sequence[Row]) -> dict[str, Any]:
    """Threads of their own: what is replied to, and what the asker confirms."""
    read = []
    for row in rows:
        talk = conversation(row)
        read.append((row["label"], outcome(talk[0].author, talk[opening(talk)[1] :])))
    replied = [came_of for label, came_of in read if label != "unanswered"]
    confirmed = [came_of for label, came_of in read if label == "answered_confirmed"]
    kinds = {"thanks", "self_solved"}
    figures = {
        "replied, read as answered": Rate(sum(one.state == "answered" for one in replied), len(replied)),
        "confirmed, read as answered": Rate(
            sum(one.state == "answered" for one in confirmed), len(confirmed)
        ),
        "confirmed, by the asker's words": Rate(
            sum(one.evidence is not None and one.evidence.kind in kinds for one in confirmed), len(confirmed)
        ),
    }
    show(f"Threads: {len(read)}", ["what", "share"], [[name, rate] for name, rate in figures.items()])
    return {"topics": figures}


def measure_threads(rows: Sequence[Row]) -> dict[str, Any]:
    """Threads read by hand: what still needs somebody, what the first reply did, what each reply is."""
    attention: dict[str, list[tuple[bool, bool]]] = {"ours": [], "any reply answers": []}
    first: dict[str, list[bool]] = {"ours": [], "any reply answers": []}
    kinds: list[tuple[str, str]] = []
    asks: list[tuple[bool, bool]] = []
    messages = 0
    started = time.process_time()
    for row in rows:
        talk = conversation(row)
        messages += len(talk)
        asker = talk[0].author
        asks.append((read_question(talk[0].text, starts=True).probability >= ASKS, row["is_question"]))
        for said, message in zip(talk[1:], row["messages"][1:], strict=True):
            if message["label"] not in (None, "bot"):
                kind = read_reply(said.text, by_asker=said.author == asker).kind
                kinds.append((kind, _SAME_KIND.get(message["label"], message["label"])))
        if not row["is_question"] or row["state"] is None:
            continue
        needs = row["state"] in ("unanswered", "in_progress")
        others = [place for place, said in enumerate(talk) if said.author != asker and not said.bot]
        attention["ours"].append((outcome(asker, talk[1:]).state == "unanswered", needs))
        attention["any reply answers"].append((not others, needs))
        if row["state_after_first_reply"] is not None and others:
            answered = row["state_after_first_reply"] == "answered"
            ours = outcome(asker, talk[1 : others[0] + 1]).state == "answered"
            first["ours"].append(ours == answered)
            first["any reply answers"].append(answered)
    spent = time.process_time() - started

    needing = {name: found(pairs) for name, pairs in attention.items()}
    after_first = {name: Rate(sum(right), len(right)) for name, right in first.items()}
    right = Rate(sum(claimed == true for claimed, true in kinds), len(kinds))
    show(
        f"Threads read by hand: {len(rows)}, {len(attention['ours'])} of them ask and have a state",
        ["rule", "precision", "recall", "F: needs attention", "answered after the first reply"],
        [[name, *shown(needing[name]), after_first[name]] for name in needing],
        f"kind of a reply: {right}, F over the kinds {macro_f(kinds):.3f}; "
        f"{messages / spent:,.0f} messages a second on one core",
    )
    question = found(asks)
    mark = found(("?" in row["messages"][0]["text"], row["is_question"]) for row in rows)
    show(
        "Is the first post a question",
        ["rule", "precision", "recall", "F"],
        [["ours", *shown(question)], ["a question mark", *shown(mark)]],
    )
    return {
        "threads": {
            "needs_attention": plain(needing["ours"]),
            "after_first_reply_accuracy": after_first["ours"].value,
            "after_first_reply": after_first["ours"],
            "reply_kind_macro_f": macro_f(kinds),
            "reply_kind_accuracy": right,
            "question": plain(question),
            "rules": {
                "any reply answers": {
                    "needs_attention": plain(needing["any reply answers"]),
                    "after_first_reply": after_first["any reply answers"],
                }
            },
        },
        "per_second": messages / spent,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--after", default="1h,4h,end", help="moments after asking, as 1h,4h,end")
    arguments.add_argument("--talk", type=Path, help="all that was said in the channels")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    after = given.after.split(",")
    if not all(moment == "end" or _HOURS.fullmatch(moment) for moment in after):
        raise SystemExit("--after takes hours and the end, as 1h,4h,end.")

    rows = list(read_rows(given.file))
    figures: dict[str, Any] = {"file": given.file.name}
    if all("is_question" in row for row in rows):
        figures |= measure_threads(rows)
    elif all("topic" in row for row in rows):
        figures |= measure_topics(rows)
    elif all("asker" in row and "label" in row for row in rows):
        talk = list(read_rows(given.talk)) if given.talk else []
        figures |= measure_flat(rows, talk, after)
    else:
        raise SystemExit(f"{given.file.name}: these rows are neither threads nor dialogs that ask.")
    save(given.json, figures)


if __name__ == "__main__":
    main()
