"""A JSON list is read element by element as json would read it whole, in whatever pieces it comes."""

import json
import re
from io import BytesIO
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.exports.elements import Elements
from adapters.exports.problems import Problems
from adapters.exports.streams import Stream

OPENING = re.compile(r"\A\s*\[")
START = re.compile(r'\{\s*"id"\s*:')

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
indents = st.sampled_from([None, 0, 2, 30])


class InPieces(BytesIO):
    """A file that gives only so many bytes at a time."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    def read(self, most: int | None = -1, /) -> bytes:
        return super().read(self._most)


def elements_of(data: bytes, piece: int) -> tuple[list[Any], int]:
    problems = Problems()
    elements = Elements(Stream(InPieces(data, piece)), "list.json", problems, START)
    if elements.seek(OPENING, within=1_000) is None:
        return [], 0
    return list(elements), len(problems.listed())


@given(st.lists(values, max_size=5), st.integers(1, 40), indents, st.booleans())
def test_what_json_reads_is_read(
    written: list[Any], piece: int, indent: int | None, ascii_only: bool
) -> None:
    data = json.dumps(written, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    read, problems = elements_of(data, piece)

    # Half a character is no UTF-8; it is read as its three bytes.
    if ascii_only or "\\ud" not in json.dumps(written):
        assert read == written
    assert problems == 0


@given(
    st.lists(st.fixed_dictionaries({"id": st.integers(0, 99), "value": values}), min_size=3, max_size=6),
    st.binary(min_size=1, max_size=3),
    st.floats(0, 1),
    st.integers(1, 40),
)
def test_bytes_that_do_not_belong_there_leave_what_stands_before_them(
    written: list[Any], wrong: bytes, share: float, piece: int
) -> None:
    good = [json.dumps(each).encode() for each in written]
    data = b"[" + b",\n".join(good) + b"]"
    at = 1 + int(share * (len(data) - 2))

    read, _ = elements_of(data[:at] + wrong + data[at:], piece)

    before = data[:at].count(b"\n")
    assert read[:before] == written[:before]


@given(st.binary(max_size=200), st.integers(1, 40))
def test_any_bytes_come_to_an_end_that_the_pieces_do_not_change(data: bytes, piece: int) -> None:
    assert elements_of(b"[" + data, piece) == elements_of(b"[" + data, 1_000)
