"""Asking the running service: a Unix socket that speaks HTTP.

endpoint  where the socket is
service   what can be asked of the service, and what it answers
server    the service's end
client    the commands' end

Who may connect is decided by the socket's folder and mode: root, the service's user and its group. No command that
changes anything is reachable over TCP.
"""

from cameras.control.client import RunningService, connect
from cameras.control.server import open_control
from cameras.control.service import ControlledService, ReloadJson, RevivedJson

__all__ = ["ControlledService", "ReloadJson", "RevivedJson", "RunningService", "connect", "open_control"]
