"""The whole fleet, for reading: summary, page, metrics, health and systemd's status line."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from cameras.camera_list import CameraList
from cameras.errors import LoginRejected
from cameras.service import logs
from cameras.store import Store, Uploads
from cameras.text import human_readable
from cameras.watch.outage import Outage
from cameras.watch.status import State, Status

MAX_LIST_AGE = timedelta(days=1)
MIN_STALL = 300.0  # seconds; a cycle may take longer than a short interval


@dataclass(eq=False)  # hashable, as prometheus_client requires of a collector
class Fleet:
    """A view of all cameras; it changes nothing."""

    camera_list: CameraList  # replaced when it is read again
    by_id: Mapping[str, Status]
    uploads: Uploads
    outage: Outage
    interval: float  # seconds
    now: Callable[[], datetime]  # UTC
    clock: Callable[[], float] = time.monotonic
    started: datetime = field(init=False)  # UTC
    _started: float = field(init=False)  # of `clock`

    def __post_init__(self) -> None:
        self.started, self._started = self.now(), self.clock()

    @property
    def store(self) -> Store:
        return self.uploads.store

    @property
    def statuses(self) -> list[Status]:
        return list(self.by_id.values())

    def counts(self) -> dict[State, int]:
        """Cameras by state, offline ones first."""
        count = Counter(status.state for status in self.statuses)
        states: tuple[State, ...] = ("failing", "stopped", "live", "waiting")
        return {state: count[state] for state in states}

    @property
    def frozen(self) -> int:
        """How many cameras keep sending the same picture."""
        return sum(status.frozen for status in self.statuses)

    def reasons(self) -> list[tuple[str, int]]:
        """Why cameras are offline: the errors' names and how many have each, the most frequent first."""
        return Counter(type(status.error).__name__ for status in self.statuses if status.error).most_common()

    def summary(self) -> str:
        """`live 962, failing 21, stopped 17, waiting 0 (Unreachable 30, LoginRejected 8)`."""
        line = ", ".join(f"{state} {count}" for state, count in self._counts_live_first())
        if self.frozen:
            line += f", frozen {self.frozen}"
        if reasons := self.reasons():
            line += " (" + ", ".join(f"{name} {count}" for name, count in reasons) + ")"
        return line + (f"; uploads are failing, {self.uploads.failed} so far" if self.uploads.error else "")

    def status_line(self) -> str:
        """`962 live, 21 failing, 17 stopped, 0 waiting; uploads are failing: ...`, for `systemctl status`."""
        counts = ", ".join(f"{count} {state}" for state, count in self._counts_live_first())
        return "; ".join([counts, *self.problems()])

    def _counts_live_first(self) -> list[tuple[State, int]]:
        counts = self.counts()
        states: tuple[State, ...] = ("live", "failing", "stopped", "waiting")
        return [(state, counts[state]) for state in states]

    @property
    def last_success(self) -> datetime | None:
        """When a live picture was last put, in UTC."""
        return max((status.last_live for status in self.statuses if status.last_live), default=None)

    def problems(self) -> list[str]:
        """What is wrong with the service as a whole; single offline cameras are not."""
        problems = [self.outage.problem] if self.outage.problem else []
        if self.all_logins_rejected:
            problems.append("every camera rejected its login and was stopped; fix the logins, then restart")
        unread = self.camera_list.from_cache or self.camera_list.problem
        if unread and self.now() - (saved := self.camera_list.saved) > MAX_LIST_AGE:
            problems.append(f"camera list is out of date: last read {saved:%Y-%m-%d %H:%M} UTC; see the log for why")
        if self.uploads.silent_for > timedelta(seconds=2 * self.interval):
            problems.append(f"no picture published since {self.last_success or self.started:%Y-%m-%d %H:%M:%S} UTC")
        if self.uploads.error:
            problems.append(f"uploads are failing: {self.uploads.error}")
        return problems + logs.problems()

    def stalled(self) -> str:
        """Why the process does not work, else empty: cameras are to be polled, and no cycle has begun for too long."""
        ticks = [status.last_tick or self._started for status in self.by_id.values() if not status.stopped]
        silent = self.clock() - max(ticks, default=self.clock())
        if silent <= max(2 * self.interval, MIN_STALL):
            return ""
        return f"no camera was polled for {human_readable(timedelta(seconds=silent))}; restart the service"

    @property
    def all_logins_rejected(self) -> bool:
        """Whether every camera was stopped, each because of its login: a restart would only lock accounts."""
        stopped = [status for status in self.statuses if status.stopped and isinstance(status.error, LoginRejected)]
        return 0 < len(stopped) == len(self.by_id)

    def collect(self) -> Iterator[Metric]:
        """The gauges that are computed when Prometheus scrapes them (prometheus_client's Collector)."""
        states = GaugeMetricFamily("cctv_cameras", "Cameras by state and make.", labels=["state", "make"])
        for labels, count in Counter((status.state, status.camera.make) for status in self.statuses).items():
            states.add_metric(labels, count)
        frozen = GaugeMetricFamily(
            "cctv_frozen_cameras", "Live cameras that keep sending the same picture.", labels=["make"]
        )
        frozen_by_make = {status.camera.make: 0 for status in self.statuses}
        for status in self.statuses:
            frozen_by_make[status.camera.make] += status.frozen
        for make, count in frozen_by_make.items():
            frozen.add_metric([make], count)
        saved = self.camera_list.saved.timestamp()
        yield from (
            states,
            frozen,
            GaugeMetricFamily(
                "cctv_fleet_outage", "1 while most cameras fail at once, else 0.", value=float(self.outage.active)
            ),
            GaugeMetricFamily("cctv_camera_list_timestamp_seconds", "When the list was read, Unix time.", value=saved),
        )
