"""The questions of a report, held on the disk: of a long past there are more than memory is for."""

import json
import tempfile
import weakref
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["unanswered", "answered", "dismissed"]


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
    state: State
    evidence: QuestionEvidence | None
    flagged_at: str | None
    first_response_s: float | None


class ReportedQuestions:
    """Questions in their order, as scripts are given them; let go of, they free the disk.

    What most want to know of them is counted as they come: how many were `flagged` and are of each of the
    `states`, on which kind of `evidence` those of a state rest, and the `waits` of those that had a response,
    in seconds.
    """

    def __init__(self, questions: Iterable[ReportedQuestion] = ()) -> None:
        self.flagged = 0
        self.states: Counter[State] = Counter()
        self.evidence: Counter[tuple[State, str]] = Counter()
        self.waits: defaultdict[State, array[float]] = defaultdict(lambda: array("d"))
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)
        for question in questions:
            self._file.write(b"%b\n" % json.dumps(asdict(question)).encode())
            self._count(question)

    @property
    def asked(self) -> int:
        """How many asked something: what was withdrawn or dismissed did not."""
        return self.states["answered"] + self.states["unanswered"]

    @property
    def waits_of_asked(self) -> list[float]:
        """How long those waited for a response that had one, in seconds."""
        return [*self.waits["answered"], *self.waits["unanswered"]]

    def _count(self, question: ReportedQuestion) -> None:
        self.flagged += question.flagged_at is not None
        self.states[question.state] += 1
        if question.evidence is not None:
            self.evidence[question.state, question.evidence.kind] += 1
        if question.first_response_s is not None:
            self.waits[question.state].append(question.first_response_s)

    def __len__(self) -> int:
        return self.states.total()

    def as_json(self) -> Iterator[str]:
        """Yield each as an object of JSON, from the first on."""
        self._file.seek(0)
        for line in self._file:
            yield line.decode().removesuffix("\n")
