import pytest
from prometheus_client import generate_latest

from cameras import __version__
from cameras.errors import CameraError
from cameras.service import Metrics, outcome_label


def test_build_process_and_python_are_among_the_metrics() -> None:
    text = generate_latest(Metrics().registry).decode()
    assert f'cctv_build_info{{version="{__version__}"}} 1.0' in text.splitlines()
    for name in ("process_resident_memory_bytes", "process_open_fds", "python_info", "python_gc_collections_total"):
        assert f"\n{name}" in text


def test_metrics_have_no_created_series() -> None:
    metrics = Metrics()
    metrics.fetches.labels("live", "Axis").inc()
    assert "_created" not in generate_latest(metrics.registry).decode()


@pytest.mark.parametrize(
    ("result", "label"),
    [
        ("live", "live"),
        ("Unreachable", "unreachable"),
        ("InvalidResponse", "invalid_response"),
        ("HttpError", "http_error"),
        ("LoginRejected", "login_rejected"),
        ("NotAnImage", "not_an_image"),
        ("TooLarge", "too_large"),
        ("FetcherBug", "fetcher_bug"),
    ],
)
def test_outcome_label_is_the_result_in_snake_case(result: str, label: str) -> None:
    assert outcome_label(result) == label
    assert result == "live" or result in {kind.__name__ for kind in CameraError.__subclasses__()}
