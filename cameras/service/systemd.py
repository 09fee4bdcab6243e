"""Messages to systemd over its notify socket: ready, alive, status, stopping. See sd_notify(3).

Each message is one datagram; the libraries for it are older and larger than these lines.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from cameras.errors import CctvImagesError, ConfigError

MAX_STATUS = 1000  # characters
STATUS_INTERVAL = 5.0  # seconds, unless the watchdog wants messages more often


@dataclass(frozen=True)
class Notifier:
    """Sends nothing if `address` is empty."""

    address: str = ""  # of systemd's datagram socket; the first character of an abstract one is NUL
    watchdog: float | None = None  # seconds of silence after which systemd restarts the service; None: no watchdog

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """From the variables that systemd sets; ConfigError if one is malformed."""
        path = environ.get("NOTIFY_SOCKET", "")
        return cls("\0" + path[1:] if path.startswith("@") else path, _watchdog(environ))

    def send(self, *lines: str) -> None:
        """Send and forget: the service goes on if systemd does not listen."""
        if not self.address:
            return
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, kind) as sock:
            sock.sendto("\n".join(lines).encode(), self.address)

    @contextlib.contextmanager
    def reporting_errors(self) -> Iterator[None]:
        """An error that leaves the block is the last STATUS: systemd shows it until the next start."""
        with contextlib.ExitStack() as stack:
            stack.push(self._report)
            yield

    def _report(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, CctvImagesError):
            self.send(f"STATUS={'; '.join(error.problems)[:MAX_STATUS]}")
        elif isinstance(error, Exception):
            self.send(f"STATUS=unexpected error, {type(error).__name__}; its traceback is in the log")

    async def run(self, status: Callable[[], str]) -> None:
        """Send READY and `status` now, then WATCHDOG and `status` from the event loop: if the loop hangs, they stop."""
        self.send("READY=1", f"STATUS={status()}")
        alive = ["WATCHDOG=1"] if self.watchdog else []
        while True:
            await asyncio.sleep(min(self.watchdog / 2, STATUS_INTERVAL) if self.watchdog else STATUS_INTERVAL)
            self.send(*alive, f"STATUS={status()}")


def _watchdog(environ: Mapping[str, str]) -> float | None:
    """As sd_watchdog_enabled(3): no watchdog if WATCHDOG_PID names another process, such as our parent."""
    microseconds, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not microseconds or (pid and pid != str(os.getpid())):
        return None
    if not (microseconds.isascii() and microseconds.isdecimal() and int(microseconds)):
        raise ConfigError(f"WATCHDOG_USEC={microseconds!r} is not a number of microseconds; only systemd should set it")
    return int(microseconds) / 1e6
