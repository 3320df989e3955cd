"""What is wrong in the files of DiscordChatExporter is named, and loses nothing else."""

from pathlib import Path

import pytest

from tests.exports.made import MadeDiscord, discord_message, read


@pytest.fixture
def discord() -> MadeDiscord:
    made = MadeDiscord()
    made.channel([discord_message("ada", "what is right", 2_000)], "990", "right")
    return made


def test_a_broken_message_in_a_long_file_costs_that_message(discord: MadeDiscord, tmp_path: Path) -> None:
    file = discord.channel([discord_message("ada", f"line {n}", n) for n in range(2_000)])
    broken = (
        discord.files[file].replace(b'"line 700"', b'"line "700"').replace(b'"line 900"', b'"line\\z 900"')
    )
    discord.put(file, broken)

    outcome = read(discord.zip(tmp_path))

    assert len(outcome.texts) == 1_999
    assert not {"line 700", "line 900"} & set(outcome.texts)
    assert {complaint.partition(" (line ")[0] for complaint in outcome.complaints} == {
        f"{file}: is not valid JSON"
    }


def test_values_that_json_does_not_have_are_borne(discord: MadeDiscord, tmp_path: Path) -> None:
    file = discord.channel(
        [discord_message("ada", "before", isPinned=float("nan")), discord_message("ada", "after", 1)]
    )
    assert b"NaN" in discord.files[file]

    outcome = read(discord.zip(tmp_path))

    assert outcome.texts == ["before", "after", "what is right"]
    assert outcome.problems == []


def test_a_file_that_was_cut_short_gives_what_it_has(discord: MadeDiscord, tmp_path: Path) -> None:
    file = discord.channel([discord_message("ada", f"line {n}", n) for n in range(3)])
    discord.put(file, discord.files[file][:-200])

    outcome = read(discord.zip(tmp_path))

    assert outcome.texts == ["line 0", "line 1", "what is right"]
    assert outcome.complaints == [
        f"{file}: is cut short; what stands before the cut was read. Export it again."
    ]


@pytest.mark.parametrize(
    "content", ["[]", "{}", "no JSON", '{"guild": {"id": "900"}, "messages": []}', "[" * 9_999]
)
def test_json_of_another_kind_is_left_out(discord: MadeDiscord, tmp_path: Path, content: str) -> None:
    discord.put("package.json", content)

    outcome = read(discord.folder(tmp_path))

    assert outcome.texts == ["what is right"]
    assert outcome.complaints == ["package.json: is no export of a Discord channel, so it was left out."]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"timestamp": None}, "has no `timestamp` that can be read, so it was left out."),
        ({"timestamp": "soon"}, "has no `timestamp` that can be read, so it was left out."),
        (
            {"timestamp": "0001-01-01T00:00:00+14:00"},
            "has no `timestamp` that can be read, so it was left out.",
        ),
        ({"id": None}, "has no `id`, so it was left out."),
        ({"author": None}, "names no author, so it was left out."),
        ({"type": "Telepathy"}, "is of a kind that Hearth does not know (`Telepathy`), so it was left out."),
        (
            {"type": ["Default"]},
            "is of a kind that Hearth does not know (`['Default']`), so it was left out.",
        ),
        ({"id": "x" * 500}, "holds no valid `id`, so it or a part of it was left out."),
    ],
)
def test_a_discord_message_that_is_none_is_named(
    discord: MadeDiscord, tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    file = discord.channel([discord_message("ada", "what is wrong") | change])

    outcome = read(discord.zip(tmp_path))

    assert outcome.texts == ["what is right"]
    assert outcome.complaints == [f"{file}, message 1: {complaint}"]
