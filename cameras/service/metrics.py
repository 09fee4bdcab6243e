"""What is counted and measured, for Prometheus. Nothing here knows a camera's id, place or address."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LATENESS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)


disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads


class Metrics:
    """One registry with all metrics; `make` labels are known makes, `outcome` labels `live` or an error's name."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.fetches = Counter("cctv_fetches", "Tries to get a picture.", ["outcome", "make"], registry=registry)
        self.fetch_seconds = Histogram(
            "cctv_fetch_seconds", "Time of a try, failed or not.", ["make"], buckets=SECONDS, registry=registry
        )
        self.bytes = Counter("cctv_picture_bytes", "Bytes of pictures received.", ["make"], registry=registry)
        self.uploads = Counter("cctv_uploads", "Tries to put a picture.", ["outcome"], registry=registry)
        self.upload_seconds = Histogram(
            "cctv_upload_seconds", "Time of a put, failed or not.", buckets=SECONDS, registry=registry
        )
        self.lateness = Histogram(
            "cctv_tick_lateness_seconds",
            "From a slot's start to the begin of its try.",
            buckets=LATENESS,
            registry=registry,
        )
        self.last_success = Gauge(
            "cctv_last_success_timestamp_seconds", "When a live picture was last put, Unix time.", registry=registry
        )
