"""The whole fleet at a glance: what the summary, the page, the metrics, the health and systemd read."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from cameras.camera_list.camera_list import CameraList
from cameras.store.uploads import Uploads
from cameras.watch.status import Status

MAX_CACHE_AGE = timedelta(days=1)


@dataclass(eq=False)  # a collector is hashed
class Fleet:
    """`interval` in seconds; `now` gives the time in UTC."""

    cameras: CameraList
    uploads: Uploads
    interval: float
    now: Callable[[], datetime]
    statuses: list[Status] = field(init=False)
    started: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.statuses = [Status(camera) for camera in self.cameras.cameras]
        self.started = self.now()

    def counts(self) -> dict[str, int]:
        """Cameras by state, the dark ones first; `waiting` only while there are any."""
        counted = Counter(status.state for status in self.statuses)
        fixed = {state: counted[state] for state in ("failing", "stopped", "live")}
        return fixed | ({"waiting": counted["waiting"]} if counted["waiting"] else {})

    def reasons(self) -> list[tuple[str, int]]:
        """Why cameras are dark, by the error's name, the most frequent first."""
        return Counter(type(status.error).__name__ for status in self.statuses if status.error).most_common()

    def summary(self) -> str:
        """`live 962, failing 21, stopped 17 (Unreachable 30, LoginRejected 8)`."""
        counts = self.counts()
        line = ", ".join(
            f"{state} {counts[state]}" for state in ("live", "failing", "stopped", "waiting") if state in counts
        )
        if frozen := sum(status.frozen for status in self.statuses):
            line += f", frozen {frozen}"
        if reasons := self.reasons():
            line += " (" + ", ".join(f"{name} {count}" for name, count in reasons) + ")"
        return line + (f"; store fails, {self.uploads.failed} uploads lost" if self.uploads.error else "")

    def status_line(self) -> str:
        """`962 live, 21 failing, 17 stopped`, for systemctl status."""
        counts = self.counts()
        return ", ".join(f"{counts[state]} {state}" for state in ("live", "failing", "stopped"))

    @property
    def last_success(self) -> datetime | None:
        """When a live picture was last put."""
        return max((status.last_live for status in self.statuses if status.last_live), default=None)

    def problems(self) -> list[str]:
        """What is wrong with the service as a whole; single dark cameras are not."""
        found = []
        if self.cameras.kept and self.now() - self.cameras.saved > MAX_CACHE_AGE:
            found.append(
                f"camera list too old: kept since {self.cameras.saved:%Y-%m-%d %H:%M} UTC; see the log for why"
            )
        if self.uploads.clock() - self.uploads.published > 2 * self.interval:
            found.append(f"no picture published since {self.last_success or self.started:%Y-%m-%d %H:%M:%S} UTC")
        if self.uploads.error:
            found.append(f"store refuses pictures: {self.uploads.error}")
        return found

    def collect(self) -> Iterator[Metric]:
        """The gauges that are read off the fleet when Prometheus asks (prometheus_client's Collector)."""
        states = GaugeMetricFamily("cctv_cameras", "Cameras by state and make.", labels=["state", "make"])
        for (state, make), count in Counter((each.state, each.camera.make) for each in self.statuses).items():
            states.add_metric([state, make], count)
        frozen = GaugeMetricFamily("cctv_frozen_cameras", "Live, but always with the same picture.", labels=["make"])
        for make in {each.camera.make for each in self.statuses}:
            frozen.add_metric([make], sum(each.frozen for each in self.statuses if each.camera.make == make))
        yield from (states, frozen)
        yield GaugeMetricFamily(
            "cctv_camera_list_timestamp_seconds",
            "Unix time at which the camera list was read.",
            value=self.cameras.saved.timestamp(),
        )
