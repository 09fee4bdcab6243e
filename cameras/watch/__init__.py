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
live_list     the camera list, read again and applied to the fleet
status_json   the fleet as one JSON object
report        the fleet as text
"""

import logging

from cameras.watch.fleet import Fleet
from cameras.watch.live_list import LiveList, Reloaded
from cameras.watch.outage import Outage
from cameras.watch.recall import recall, recent_rejections
from cameras.watch.recorder import Recorder
from cameras.watch.report import report
from cameras.watch.roster import Change, Roster, open_roster
from cameras.watch.status import FROZEN_AFTER, Outcome, State, Status
from cameras.watch.status_json import StatusJson, status_json
from cameras.watch.ticks import Tick, camera_ticks, periodic, single_tick
from cameras.watch.transitions import TransitionLog
from cameras.watch.watcher import Watcher

log = logging.getLogger(__name__)  # that of every module here

__all__ = [
    "FROZEN_AFTER",
    "Change",
    "Fleet",
    "LiveList",
    "Outage",
    "Outcome",
    "Recorder",
    "Reloaded",
    "Roster",
    "State",
    "Status",
    "StatusJson",
    "Tick",
    "TransitionLog",
    "Watcher",
    "camera_ticks",
    "log",
    "open_roster",
    "periodic",
    "recall",
    "recent_rejections",
    "report",
    "single_tick",
    "status_json",
]
