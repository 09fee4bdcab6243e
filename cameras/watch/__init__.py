"""Keeping every camera's picture fresh.

ticks     each camera's time slots
status    what is known about one camera
watcher   the loop that keeps one camera's picture fresh
fleet     a view of all cameras: summary, gauges, health
"""

from cameras.watch.fleet import Fleet
from cameras.watch.status import FROZEN_AFTER, Outcome, State, Status
from cameras.watch.ticks import Tick, camera_ticks, periodic, single_tick
from cameras.watch.watcher import Watcher

__all__ = [
    "FROZEN_AFTER",
    "Fleet",
    "Outcome",
    "State",
    "Status",
    "Tick",
    "Watcher",
    "camera_ticks",
    "periodic",
    "single_tick",
]
