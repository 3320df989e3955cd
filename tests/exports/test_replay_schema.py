"""The schema of `replay --json` says what scripts may count on, and no more."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "replay.schema.json").read_text())

REPORT: dict[str, Any] = {
    "version": 1,
    "messages": 3,
    "members": 2,
    "welcomes": 1,
    "first_seen": 1,
    "questions": [
        {
            "id": "1704186000.000100",
            "channel": "CGENERAL",
            "asker": "UADA",
            "asked_at": "2024-01-02T09:00:00Z",
            "state": "answered",
            "evidence": {"kind": "reply", "message_id": "1704186300.000100", "by": "rule"},
            "flagged_at": None,
            "first_response_s": 300.0,
        }
    ],
    "broadcasts": [
        {
            "id": "1704186600.000100",
            "channel": "CGENERAL",
            "author": "UBOB",
            "salesy": 0.9,
            "signals": [{"name": "urgency", "axis": "commercial", "weight": 0.5, "spans": [[0, 4], [9, 12]]}],
        }
    ],
    "digests": [
        {
            "from": "2024-01-01T00:00:00Z",
            "to": "2024-01-08T00:00:00Z",
            "skipped": None,
            "sections": [
                {"name": "Answered", "items": [{"text": "how to export", "links": ["https://example.com"]}]}
            ],
        }
    ],
    "problems": [{"where": "general/2024-01-02.json", "what": "is not JSON."}],
    "seconds": 0.25,
}


def objects_in(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from objects_in(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects_in(each)


def changed(*way: str | int, to: Any) -> dict[str, Any]:
    report = copy.deepcopy(REPORT)
    target: Any = report
    for key in way[:-1]:
        target = target[key]
    target[way[-1]] = to
    return report


def test_the_schema_is_one_and_leaves_nothing_open() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for each in objects_in(SCHEMA):
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])


def test_a_full_report_is_as_the_schema_says() -> None:
    Draft202012Validator(SCHEMA).validate(REPORT)


@pytest.mark.parametrize(
    "report",
    [
        changed("version", to=2),
        changed("more", to=1),
        changed("messages", to=-1),
        changed("questions", 0, "id", to=17),
        changed("questions", 0, "asked_at", to="2024-01-02T09:00:00+00:00"),
        changed("questions", 0, "state", to="solved"),
        changed("questions", 0, "evidence", "by", to="magic"),
        changed("broadcasts", 0, "salesy", to=1.5),
        changed("broadcasts", 0, "signals", 0, "axis", to="spam"),
        changed("broadcasts", 0, "signals", 0, "spans", to=[[1, 2, 3]]),
        changed("digests", 0, "from", to=None),
        changed("problems", to=["a sentence"]),
    ],
)
def test_another_report_is_not(report: dict[str, Any]) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(report)
