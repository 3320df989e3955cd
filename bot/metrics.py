"""Figures of running, for Prometheus: what is counted, and how it is told.

No label holds the id of a member, a channel or a community.
"""

import math
import platform
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot import VERSION
from bot.backlog import Backlog
from bot.clock import Clock
from bot.events import Delivered, Event, FellDue, Judged, Tick
from bot.ports import Judgement

# When each figure was first counted is told by when the process began.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types

# From a commit on a quick disk to a batch that holds everybody up.
_BATCH_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
# From at once to what was read again after a day's outage.
_LAG_S = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600, 86_400)
# From a small model nearby to the end of our patience.
_MODEL_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30)
# What we tell ourselves: no platform says when it happened.
_OUR_OWN = (Tick, FellDue, Delivered, Judged)
_BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200)
OUTCOMES = ("sent", "later", "doubtful", "failed")


class Metrics:
    """What is counted, in a registry of its own: two of them in one process do not meet."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._registry = CollectorRegistry()
        self._events = self._counter("hearth_events", "Events committed, by kind.", "kind")
        self._batch_s = self._histogram(
            "hearth_batch_seconds", "From taking up a batch to its commit.", _BATCH_S
        )
        self._batch_size = self._histogram("hearth_batch_events", "Events in a batch.", _BATCH_SIZES)
        self._lag_s = self._histogram(
            "hearth_lag_seconds", "From when a platform says it happened to its commit.", _LAG_S
        )
        self._deliveries = self._counter(
            "hearth_deliveries", "What came of tries to do actions, by outcome.", "outcome"
        )
        for outcome in OUTCOMES:
            self._deliveries.labels(outcome)
        self._feature_s = self._counter("hearth_feature_seconds", "Time spent in a feature.", "feature")
        self._failures = self._counter(
            "hearth_feature_failures", "Events on which a feature failed.", "feature"
        )
        self._asked = self._counter(
            "hearth_model_questions",
            "What came of questions to the language model, by purpose and outcome.",
            "purpose",
            "outcome",
        )
        self._tokens = self._counter(
            "hearth_model_tokens", "Tokens the language model was sent, or answered in.", "purpose", "way"
        )
        self._model_s = self._histogram("hearth_model_seconds", "How long the model took.", _MODEL_S)
        self._outbox = self._gauge("hearth_outbox_actions", "Actions kept, by state.", "state")
        self._oldest_s = self._gauge(
            "hearth_outbox_oldest_waiting_seconds", "Since the oldest waiting action was decided."
        )
        self._due = self._gauge("hearth_due_overdue", "What has fallen due and is not handled yet.")
        self._kept = self._gauge("hearth_failures_kept", "Failures that wait to be run again.", "feature")
        self._up = self._gauge("hearth_database_up", "Whether the database answered for these figures.")
        self._build = self._gauge(
            "hearth_build_info", "What runs here; always 1.", "version", "python", "database"
        )
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def committed(self, events: Sequence[Event], seconds: float) -> None:
        """Count a batch that was committed, and how long that took from when it was taken up."""
        self._batch_s.observe(seconds)
        self._batch_size.observe(len(events))
        now = self._clock.now()
        for kind, number in Tally(event.kind for event in events).items():
            self._events.labels(kind).inc(number)
        for event in events:
            if not isinstance(event, _OUR_OWN):
                self._lag_s.observe(max((now - event.at).total_seconds(), 0.0))

    def asked(self, seconds: Mapping[str, float], failed: Mapping[str, int]) -> None:
        """Count the time features took for a batch, and on how many of its events they failed."""
        for feature, spent in seconds.items():
            self._feature_s.labels(feature).inc(spent)
        for feature, times in failed.items():
            self._failures.labels(feature).inc(times)

    def tried(self, outcome: str) -> None:
        """Count what came of trying to do an action: one of OUTCOMES."""
        self._deliveries.labels(outcome).inc()

    def judged(self, purpose: str, outcome: str, judgement: Judgement) -> None:
        """Count a question to the language model: "answered", "known", "failed", and what it took."""
        self._asked.labels(purpose, outcome).inc()
        self._tokens.labels(purpose, "in").inc(judgement.tokens_in or 0)
        self._tokens.labels(purpose, "out").inc(judgement.tokens_out or 0)
        if judgement.took_s:
            self._model_s.observe(judgement.took_s)

    def runs_on(self, database: str) -> None:
        """Say what kind of database Hearth runs on."""
        self._build.labels(VERSION, platform.python_version(), database).set(1)

    def follow(self, name: str, what: str, read: Callable[[], float]) -> None:
        """Show a figure that is read whenever somebody asks."""
        self._gauge(name, what).set_function(read)

    def show(self, backlog: Backlog | None) -> bytes:
        """Return all figures as text; with None the database did not say, and neither do we."""
        self._up.set(backlog is not None)
        self._kept.clear()
        for state in ("waiting", "sending", "doubtful", "failed"):
            self._outbox.labels(state).set(math.nan if backlog is None else backlog.actions.get(state, 0))
        if backlog is None:
            self._oldest_s.set(math.nan)
            self._due.set(math.nan)
        else:
            since = backlog.oldest_waiting
            age = timedelta(0) if since is None else self._clock.now() - since
            self._oldest_s.set(max(age.total_seconds(), 0.0))
            self._due.set(backlog.overdue)
            for feature, number in backlog.failures.items():
                self._kept.labels(feature).set(number)
        return generate_latest(self._registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self._registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, labels, registry=self._registry)

    def _histogram(self, name: str, what: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(name, what, registry=self._registry, buckets=buckets)
