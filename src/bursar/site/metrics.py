"""The figures for Prometheus: the counters of all processes, and the present state of the database."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import Error
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bursar.jobs.queries import last_round
from bursar.jobs.queues import queues
from bursar.logs import counters

KIND: Final = CONTENT_TYPE_PLAIN_0_0_4
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


def figures(now: datetime) -> bytes:
    """Return all figures in the text format of Prometheus."""
    # A new registry each time: the library's own would add the figures of Python and of this one process.
    registry = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for counter in counters.ALL:
            registry.register(counter)
    registry.register(_Database(now))
    return generate_latest(registry)


class _Database(Collector):
    """The figures from the database; if it does not answer, only that it does not."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Yield the queues of the worker, and the time since it was last heard."""
        up = GaugeMetricFamily("bursar_database_up", "1 if the database answers.")
        waiting = GaugeMetricFamily("bursar_queue_waiting", "Tasks due in a step of the worker.", labels=("step",))
        oldest = GaugeMetricFamily(
            "bursar_queue_oldest_seconds", "How long the oldest of them has waited.", labels=("step",)
        )
        heard = GaugeMetricFamily("bursar_worker_heard_seconds", "How long ago a worker was heard.")
        failed = GaugeMetricFamily("bursar_worker_round_failures", "Tasks that failed in the last round of a worker.")
        try:
            for queue in queues(self.now):
                waiting.add_metric([queue.step], queue.waiting)
                oldest.add_metric([queue.step], queue.oldest_seconds)
            last = last_round()
        except Error:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        if last is not None:
            heard.add_metric([], (self.now - last.seen_at).total_seconds())
            failed.add_metric([], last.failures)
        yield from (up, waiting, oldest, heard, failed)
