"""process_images.py as a process of its own, as its operators run it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAM = Path(__file__).parent.parent / "process_images.py"
PATIENCE = 40.0  # seconds; a limit for the hopeless case, never a time to wait


class Program:
    """Use in `with`; what it writes goes to files in `folder`."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.arguments = arguments
        self.folder = folder
        self.environment = {**os.environ, "STATUS_ADDRESS": "127.0.0.1:0", **settings}

    def __enter__(self) -> Self:
        with (self.folder / "out").open("w") as out, (self.folder / "err").open("w") as err:
            command = [sys.executable, "-W", "error", str(PROGRAM), *self.arguments]
            self.process = subprocess.Popen(command, stdout=out, stderr=err, env=self.environment, cwd=self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text()

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text()

    def end(self) -> int:
        """The exit status, once it has ended by itself."""
        return self.process.wait(PATIENCE)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The exit status; it must end within seconds."""
        self.process.send_signal(number)
        return self.process.wait(10)

    def until(self, true: Callable[[], bool]) -> None:
        """Returns as soon as `true`; fails with the program's log when it is never going to be."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"exit status {self.process.poll()}; {self.err}")
            time.sleep(0.05)
