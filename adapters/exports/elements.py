"""Reads a JSON array one element at a time, so that neither a long nor a broken one costs the rest."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.problems import Problems
from adapters.exports.streams import Damaged, Stream

CHUNK = 64 * 2**10
# Ten megabytes are pasted into one message now and then; more than this must not fill the memory.
MAX_ELEMENT = 64 * 2**20
# So near to the end of what was read, an error or the end of a number ("1e+16") may be only the cut.
_CUT = 16
# Longer than anything a pattern for the start of an element has to match.
_OVERLAP = 1_000
_BETWEEN = re.compile(r"[\s,]*")
_CUT_SHORT = "is cut short; what stands before the cut was read. Export it again."
_DECODE = json.JSONDecoder(strict=False).raw_decode


class Elements:
    """The elements of an array in a file, of whatever kind they are.

    `start` matches where an element begins: where one is broken, reading goes on at the next.
    `damaged` says that the file could not be read to its end; that was reported.
    """

    def __init__(self, stream: Stream, where: str, problems: Problems, start: re.Pattern[str]) -> None:
        self._stream = stream
        self._where = where
        self._problems = problems
        self._start = start
        self._decoder: codecs.IncrementalDecoder | None = None
        self._text = ""
        self._at = 0
        self._lines = 1
        self._more_at_once = CHUNK
        self._ended = False
        self.damaged = False
        self._over = False

    def seek(self, opening: re.Pattern[str], within: int) -> str | None:
        """Go to the array that `opening` ends in; return what stood before, None if it is not in `within`."""
        while True:
            found = opening.search(self._text, self._at)
            if found:
                before = self._text[self._at : found.start()]
                self._at = found.end()
                return before
            if self._ended or len(self._text) >= within:
                return None
            self._read_on()

    def report_no_list(self) -> None:
        """Say what stands where a list was sought."""
        if not self._text.strip():
            self._end("no list", "holds nothing that can be read, so it was left out; export it again.")
        elif self._text.lstrip().startswith("{"):
            self._end("no list", "is one object where a list belongs, so it was left out; export it again.")
        else:
            self._end("no list", "is not JSON, so it was left out; export it again.")

    def __iter__(self) -> Iterator[Any]:
        while not self._over:
            self._at = _at_end(_BETWEEN.match(self._text, self._at))
            if self._at == len(self._text):
                if self._ended:
                    self._end("cut", _CUT_SHORT)
                else:
                    self._read_on()
            elif self._text[self._at] == "]":
                self._over = True
            else:
                yield from self._element()

    def _element(self) -> Iterator[Any]:
        try:
            value, end = _DECODE(self._text, self._at)
        except json.JSONDecodeError as error:
            if not _may_be_cut(error):
                self._go_on(error.pos, "is not valid JSON")
            elif self._ended:
                self._end("cut", _CUT_SHORT)
            elif len(self._text) - self._at > MAX_ELEMENT:
                self._go_on(self._at, "holds a message longer than any can be")
            else:
                self._read_on()
        except RecursionError:
            self._go_on(self._at, "is nested deeper than any message")
        except ValueError:
            self._go_on(self._at, "holds a number longer than any can be")
        else:
            if end > len(self._text) - _CUT and not self._ended:
                self._read_on()
                return
            self._at = end
            self._more_at_once = CHUNK
            yield value

    def _go_on(self, broken: int, wrong: str) -> None:
        """Go to the start of another element than the one here; `broken` is where it shows."""
        line = self._lines + self._text.count("\n", 0, broken)
        # Not from where it shows: a quote that is missing shows only within the next element.
        self._at += 1
        found = self._start.search(self._text, self._at)
        while not found and not self._ended:
            self._at = max(self._at, len(self._text) - _OVERLAP)
            self._more_at_once = CHUNK
            self._read_on()
            found = self._start.search(self._text)
        if found:
            self._at = found.start()
            self._report(
                "broken", f"{wrong} (line {line}), so something was left out there; the rest was read."
            )
        else:
            self._end(
                "broken end", f"{wrong} (line {line}), so the rest of it was left out; export it again."
            )

    def _read_on(self) -> None:
        self._forget(self._at)
        try:
            data = self._stream.read(self._more_at_once)
        except Damaged as damage:
            kept = "what stands before the damage was read" if self._decoder else "it was left out"
            self._report("damaged", f"{damage}; {kept}. Copy it or export it again.")
            self.damaged = True
            data = b""
        self._more_at_once *= 2
        self._ended = not data
        if self._decoder is None:
            self._decoder = _decoder_for(data)
        self._text += self._decoder.decode(data, final=self._ended)

    def _forget(self, until: int) -> None:
        self._lines += self._text.count("\n", 0, until)
        self._text = self._text[until:]
        self._at = 0

    def _end(self, sort: str, what: str) -> None:
        self._over = True
        if not self.damaged:
            self._report(sort, what)

    def _report(self, sort: str, what: str) -> None:
        self._problems.add(sort, self._where, what)


def _may_be_cut(error: json.JSONDecodeError) -> bool:
    return error.msg.startswith("Unterminated string") or error.pos >= len(error.doc) - _CUT


def _at_end(found: re.Match[str] | None) -> int:
    assert found
    return found.end()


def _decoder_for(beginning: bytes) -> codecs.IncrementalDecoder:
    # Editors and shells on Windows save as UTF-16, or put a byte order mark before UTF-8.
    utf16 = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")
    # What is not UTF-8 becomes lone surrogates, which are reported and replaced with the message's text.
    return decoder("replace" if utf16 else "surrogateescape")
