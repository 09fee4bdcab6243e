"""What systemd is told over its notify socket: ready, still alive, how the fleet is, stopping. See sd_notify(3).

The protocol is one datagram; the libraries for it are older and larger than these lines.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping

STATUS_EVERY = 5.0  # seconds, where no watchdog asks for more


class Notifier:
    """`environ` as systemd hands it to the service; without NOTIFY_SOCKET there, nothing is sent."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        path = environ.get("NOTIFY_SOCKET", "")
        self.path = "\0" + path[1:] if path.startswith("@") else path  # "@": an abstract socket
        watchdog = int(environ.get("WATCHDOG_USEC") or 0) / 1e6
        self.pause = min(watchdog / 2, STATUS_EVERY) if watchdog else STATUS_EVERY

    def send(self, *lines: str) -> None:
        """Sends and forgets: a manager that does not listen must not hurt the service."""
        if not self.path:
            return
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, kind) as there:
            there.sendto("\n".join(lines).encode(), self.path)

    async def run(self, status: Callable[[], str]) -> None:
        """READY at once; then WATCHDOG and STATUS from the event loop, so that a loop that hangs is noticed."""
        self.send("READY=1", f"STATUS={status()}")
        while True:
            await asyncio.sleep(self.pause)
            self.send("WATCHDOG=1", f"STATUS={status()}")
