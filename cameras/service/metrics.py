"""Prometheus metrics. No label shows a camera's id, place or address."""

import re

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from cameras import __version__

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LATENESS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)


class Metrics:
    """One registry with all metrics of a process, and those of the process and of Python itself.

    `make` labels are names of known makes. `outcome` labels of `fetches` are those of `outcome_label`, of `uploads`
    `put` or `failed`.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter and histogram
        self.registry = registry = CollectorRegistry()
        self.fetches = Counter(
            "cctv_fetches", "Attempts to fetch a picture from a camera.", ["outcome", "make"], registry=registry
        )
        self.fetch_seconds = Histogram(
            "cctv_fetch_seconds", "Duration of a fetch, failed or not.", ["make"], buckets=SECONDS, registry=registry
        )
        self.picture_bytes = Counter("cctv_picture_bytes", "Bytes of pictures fetched.", ["make"], registry=registry)
        self.uploads = Counter("cctv_uploads", "Uploads of a picture or placeholder.", ["outcome"], registry=registry)
        self.upload_seconds = Histogram(
            "cctv_upload_seconds", "Duration of an upload, failed or not.", buckets=SECONDS, registry=registry
        )
        self.lateness = Histogram(
            "cctv_tick_lateness_seconds",
            "Time from the start of a camera's slot to the start of its fetch.",
            buckets=LATENESS,
            registry=registry,
        )
        self.last_success = Gauge(
            "cctv_last_success_timestamp_seconds",
            "Unix time at which a live picture was last put into the store.",
            registry=registry,
        )
        Info("cctv_build", "Version of this program.", registry=registry).info({"version": __version__})
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)


def outcome_label(result: str) -> str:
    """The `outcome` label for a result: `live`, or the name of an error's class in snake case, such as `http_error`."""
    return re.sub(r"\B(?=[A-Z])", "_", result).lower()
