"""A zip or folder that is damaged, locked, or made to do harm does none."""

import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from adapters.exports import NotAnExport, open_export
from tests.exports.made import MadeSlack, read

DAY = "general/2024-01-02.json"
OTHER_DAY = "general/2024-01-03.json"


@pytest.fixture
def slack() -> MadeSlack:
    made = MadeSlack()
    made.says("ada", "on Tuesday")
    made.says("ada", "on Wednesday", minutes=24 * 60)
    return made


def refusal(path: Path) -> str:
    with pytest.raises(NotAnExport) as refused:
        open_export([path])
    return str(refused.value)


def add(path: Path, name: str | zipfile.ZipInfo, content: bytes, packing: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(name, content, packing)


def lock(path: Path, *names: str) -> None:
    """Mark files of a zip as locked with a password, in its directory and before each."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        for info in file.infolist():
            if info.filename in names:
                data[info.header_offset + 6] |= 1
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack_from("<H", data, at + 28)[0]
        if data[at + 46 : at + 46 + length].decode() in names:
            data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(data)


def test_a_zip_that_is_none_an_empty_one_and_a_cut_one_are_refused(slack: MadeSlack, tmp_path: Path) -> None:
    none, empty, cut = tmp_path / "none.zip", tmp_path / "empty.zip", slack.zip(tmp_path, "cut.zip")
    none.write_bytes(b"this is no zip")
    zipfile.ZipFile(empty, "w").close()
    cut.write_bytes(cut.read_bytes()[:-100])

    assert refusal(none) == f"{none} is no zip, whatever its name says: export it again, or copy it again."
    assert refusal(empty) == "empty.zip is an empty zip: export it again."
    assert refusal(cut) == f"{cut} is a zip that was cut short or damaged: download or copy it again."


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    add(path, "beach.jpg", b"sun")

    assert refusal(path).startswith(f"{path} is neither a Slack export")


def test_damage_in_a_zip_costs_the_file_it_is_in(slack: MadeSlack, tmp_path: Path) -> None:
    path = slack.zip(tmp_path)
    with zipfile.ZipFile(path) as file:
        at = file.getinfo(DAY).header_offset + 30 + len(DAY)
    data = bytearray(path.read_bytes())
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(data)

    outcome = read(path)

    assert outcome.texts == ["on Wednesday"]
    assert outcome.complaints == [f"{DAY}: is damaged; it was left out. Copy it or export it again."]


def test_a_wrong_check_sum_is_told_and_what_stands_before_it_read(slack: MadeSlack, tmp_path: Path) -> None:
    for n in range(1, 5_000):
        slack.says("ada", f"all systems are up at {n}", minutes=n / 100)
    path = slack.zip(tmp_path)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        sum_of_day = struct.pack("<L", file.getinfo(DAY).CRC)
    path.write_bytes(data.replace(sum_of_day, b"\0\0\0\0"))

    outcome = read(path)

    assert 4_000 < len(outcome.texts) < 5_000
    assert outcome.complaints == [
        f"{DAY}: is damaged; what stands before the damage was read. Copy it or export it again."
    ]


def test_a_locked_zip_is_refused_and_a_locked_file_left_out(slack: MadeSlack, tmp_path: Path) -> None:
    whole, part = slack.zip(tmp_path, "whole.zip"), slack.zip(tmp_path, "part.zip")
    with zipfile.ZipFile(whole) as file:
        lock(whole, *file.namelist())
    lock(part, DAY)

    assert refusal(whole) == (
        "whole.zip is locked with a password: unpack it with the password and name the folder."
    )
    outcome = read(part)
    assert outcome.texts == ["on Wednesday"]
    assert outcome.complaints == [
        f"{DAY}: is locked with a password, so it was left out; unpack the zip with it and name the folder."
    ]


@pytest.mark.parametrize(
    "name",
    ["../users.json", "/etc/users.json", "C:\\users.json", "general/../../users.json", "..\\users.json"],
)
def test_a_path_that_climbs_out_of_the_zip_is_left_out(slack: MadeSlack, tmp_path: Path, name: str) -> None:
    path = slack.zip(tmp_path)
    add(path, name, b"[]")

    outcome = read(path)

    assert outcome.texts == ["on Tuesday", "on Wednesday"]
    (complaint,) = outcome.complaints
    assert complaint.endswith(": has a path that leads out of the zip, so it was left out.")


def test_a_link_in_a_zip_is_left_out(slack: MadeSlack, tmp_path: Path) -> None:
    path = slack.zip(tmp_path)
    link = zipfile.ZipInfo("general/2024-01-04.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    add(path, link, b"/etc/passwd")

    outcome = read(path)

    assert outcome.complaints == ["general/2024-01-04.json: is a link and no file, so it was left out."]


def test_a_bomb_in_a_zip_is_left_out(
    slack: MadeSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = slack.zip(tmp_path)
    add(path, "general/2024-01-04.json", b" " * 2_000_000)
    monkeypatch.setattr("adapters.exports.packed.RATIO_COUNTS_FROM", 1_000_000)

    outcome = read(path)

    assert outcome.texts == ["on Tuesday", "on Wednesday"]
    assert outcome.complaints == [
        "general/2024-01-04.json: would unpack to more than 250 times its size, as no talk does, "
        "so it was left out."
    ]


def test_a_zip_whose_files_are_one_file_many_times_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    add(path, "users.json", os.urandom(1_000_000).hex().encode(), zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path, "a") as file:
        (info,) = file.infolist()
        for n in range(1_000):
            again = zipfile.ZipInfo(f"general/{n}.json")
            again.header_offset, again.compress_type = info.header_offset, info.compress_type
            again.file_size, again.compress_size, again.CRC = info.file_size, info.compress_size, info.CRC
            file.filelist.append(again)
        file._didModify = True  # type: ignore[attr-defined] # So that the directory is written anew.

    assert refusal(path).startswith("bomb.zip would unpack from ")
    assert refusal(path).endswith("as no talk does: find out where it comes from, and export again.")


def test_days_that_pack_very_well_are_read(slack: MadeSlack, tmp_path: Path) -> None:
    for n in range(1, 3_001):
        slack.says("ada", "all systems are up " * 20, minutes=n / 100)

    outcome = read(slack.zip(tmp_path))

    assert len(outcome.texts) == 3_002
    assert outcome.problems == []


def test_an_uncommon_packing_is_left_out(slack: MadeSlack, tmp_path: Path) -> None:
    path = slack.zip(tmp_path)
    add(path, "general/2024-01-04.json", b"[]", zipfile.ZIP_LZMA)

    (complaint,) = read(path).complaints

    assert complaint.startswith("general/2024-01-04.json: is packed in a way that Hearth does not read")


def test_links_that_lead_out_of_a_folder_are_left_out(slack: MadeSlack, tmp_path: Path) -> None:
    folder = slack.folder(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "2024-01-04.json").write_text("[]")
    (folder / "general" / "2024-01-04.json").symlink_to(outside / "2024-01-04.json")
    (folder / "secrets").symlink_to(outside)
    (folder / "round").symlink_to(folder)

    outcome = read(folder)

    assert outcome.texts == ["on Tuesday", "on Wednesday"]
    assert sorted(outcome.complaints) == [
        "general/2024-01-04.json: is a link that leads out of the folder, so it was left out.",
        "secrets: is a link that leads out of the folder, so it was left out.",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_left_out(slack: MadeSlack, tmp_path: Path) -> None:
    folder = slack.folder(tmp_path)
    (folder / DAY).chmod(0)

    outcome = read(folder)

    assert outcome.texts == ["on Wednesday"]
    assert outcome.complaints == [
        f"{DAY}: cannot be opened (Permission denied), so it was left out. Copy it or export it again."
    ]


def test_names_that_are_no_text_are_shown_without_harm(slack: MadeSlack, tmp_path: Path) -> None:
    folder = slack.folder(tmp_path)
    os.makedirs(os.fsencode(folder) + b"/caf\xe9\x1b[31m")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9\x1b[31m/2024-01-04.json")).write_text("[")

    outcome = read(folder)

    assert outcome.texts == ["on Tuesday", "on Wednesday"]
    assert all(complaint.isprintable() for complaint in outcome.complaints)


def test_names_in_utf8_that_do_not_say_so_are_understood(slack: MadeSlack, tmp_path: Path) -> None:
    slack.channel("CCAFE", "café")
    slack.says("bob", "un café", where="café")
    path = slack.zip(tmp_path)
    # Take back what marks the names as UTF-8, as many programs never set it.
    data = bytearray(path.read_bytes())
    for mark, flags in (b"PK\x03\x04", 7), (b"PK\x01\x02", 9):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] &= ~0x08
            at = data.find(mark, at + 4)
    path.write_bytes(data)

    outcome = read(path)

    assert "un café" in outcome.texts
    assert outcome.problems == []


def test_what_macos_adds_to_a_zip_is_not_looked_at(slack: MadeSlack, tmp_path: Path) -> None:
    path = slack.zip(tmp_path)
    add(path, "__MACOSX/general/._2024-01-02.json", b"\0\5\x16\7")
    add(path, "general/._2024-01-02.json", b"\0\5\x16\7")

    assert read(path).problems == []


def test_a_day_that_is_there_twice_is_read_once(slack: MadeSlack, tmp_path: Path) -> None:
    path = slack.zip(tmp_path)
    with zipfile.ZipFile(path) as file:
        day = file.read(DAY)
    add(path, "general/2024-01-02 (1).json", day)
    with pytest.warns(UserWarning, match="Duplicate name"):
        add(path, DAY, day)

    outcome = read(path)

    assert outcome.texts == ["on Tuesday", "on Wednesday"]
    assert outcome.complaints == ["export: messages that appear more than once were taken once (2)."]
