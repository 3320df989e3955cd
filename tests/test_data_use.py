"""What the docs say of members' data is made from what is stored: no table and no column is left out."""

import re
from pathlib import Path

from storage.tables import METADATA

PAGE = Path(__file__).parents[1] / "docs" / "privacy.md"
# In every table, and of nobody.
OF_NOBODY = {"community"}
# So a table says of itself that it holds something of a person: of who that is, what they said or are called.
OF_SOMEBODY = {
    "member",
    "author",
    "asker",
    "helper",
    "by",
    "made_by",
    "text",
    "payload",
    "mark",
    "roles",
    "called",
}


def told_in(heading: str) -> dict[str, list[str]]:
    """Return the cells of a table of the docs by each name in the first of them."""
    said = PAGE.read_text(encoding="utf-8")
    part = re.split(r"^#+ ", said.partition(f"### {heading}\n")[2], maxsplit=1, flags=re.M)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"
    ]
    return {name: row[1:] for row in rows[2:] for name in re.findall(r"`(\w+)`", row[0])}


OF_MEMBERS = told_in("What holds something of a member")
OF_NONE = told_in("What holds nothing of any member")


def test_every_table_is_told_of_once_and_none_that_is_not_there() -> None:
    assert OF_MEMBERS.keys() | OF_NONE.keys() == METADATA.tables.keys()
    assert not OF_MEMBERS.keys() & OF_NONE.keys()


def test_every_column_is_named_with_why_how_long_who_and_how_it_goes() -> None:
    for name, cells in OF_MEMBERS.items():
        what, *rest = cells
        columns = set(METADATA.tables[name].columns.keys()) - OF_NOBODY
        named = set(re.findall(r"`(\w+)`", what))
        assert columns - named == set(), name
        assert named - columns - {"members"} == set(), name
        assert len(rest) == 4, name
        assert all(rest), name


def test_what_names_somebody_is_not_said_to_hold_nothing_of_members() -> None:
    for name in OF_NONE:
        assert not OF_SOMEBODY & set(METADATA.tables[name].columns.keys()), name
