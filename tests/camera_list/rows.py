"""Rows of the dataset, and a source for them, as the tests of this package need them."""

from pathlib import Path
from typing import Any

from cameras.camera_list import Limits, ListSource, Portal


def some_rows(count: int) -> list[dict[str, Any]]:
    return [
        {"camera_id": str(number), "camera_status": "TURNED_ON", "camera_mfg": "Axis", "camera_ip": "10.0.0.1"}
        for number in range(count)
    ]


def a_source(folder: Path, domain: str = "localhost:1", **changes: Any) -> ListSource:
    """A dataset on `domain`, one attempt, and a cache in `folder`."""
    fields: dict[str, Any] = {
        "portal": Portal(domain, "b4k4-adkb", "camera_status='TURNED_ON'"),
        "address_column": "camera_ip",
        "cache_folder": folder,
        "limits": Limits(retry_delays=()),
    }
    return ListSource(**fields | changes)
