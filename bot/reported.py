"""The questions of a report, held on the disk: of a long past there are more than memory is for."""

import json
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class QuestionEvidence:
    """What a question's state rests on."""

    kind: str
    message_id: str
    by: Literal["rule", "person", "model"]


@dataclass(frozen=True, slots=True)
class ReportedQuestion:
    """A question as it stands at the end."""

    id: str
    channel: str
    asker: str
    asked_at: str
    state: Literal["unanswered", "answered", "dismissed"]
    evidence: QuestionEvidence | None
    flagged_at: str | None
    first_response_s: float | None


class ReportedQuestions:
    """Questions in their order, to be gone through again and again; let go of, they free the disk."""

    def __init__(self, questions: Iterable[ReportedQuestion] = ()) -> None:
        self._number = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)
        for question in questions:
            self._file.write(b"%b\n" % json.dumps(asdict(question)).encode())
            self._number += 1

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[ReportedQuestion]:
        for line in self.as_json():
            values = json.loads(line)
            evidence = values.pop("evidence")
            yield ReportedQuestion(**values, evidence=QuestionEvidence(**evidence) if evidence else None)

    def as_json(self) -> Iterator[str]:
        """Yield each as an object of JSON."""
        place = 0
        # Others may go through them at the same time.
        for _ in range(self._number):
            self._file.seek(place)
            line = self._file.readline()
            place += len(line)
            yield line.decode().removesuffix("\n")
