"""Keeping every camera's picture fresh.

ticks         each camera's time slots
status        what is known about one camera
transitions   what many cameras do at once is one log line
outage        most of the fleet fails at once
recorder      what is recorded of each attempt
watcher       one camera's endless loop, and one cycle of it
recall        what a status takes over from earlier runs
roster        the fleet as it changes: starts and ends the loops
fleet         the fleet, for reading: summary, gauges, health
"""

import logging

from cameras.watch.fleet import Fleet
from cameras.watch.outage import Outage
from cameras.watch.recall import recall
from cameras.watch.recorder import Recorder
from cameras.watch.roster import Change, Roster, open_roster
from cameras.watch.status import FROZEN_AFTER, Outcome, State, Status
from cameras.watch.ticks import Tick, camera_ticks, periodic, single_tick
from cameras.watch.transitions import TransitionLog
from cameras.watch.watcher import Watcher

log = logging.getLogger(__name__)  # that of every module here

__all__ = [
    "FROZEN_AFTER",
    "Change",
    "Fleet",
    "Outage",
    "Outcome",
    "Recorder",
    "Roster",
    "State",
    "Status",
    "Tick",
    "TransitionLog",
    "Watcher",
    "camera_ticks",
    "log",
    "open_roster",
    "periodic",
    "recall",
    "single_tick",
]
