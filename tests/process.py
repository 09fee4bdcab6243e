"""process_images.py as a process of its own, as operators run it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

PROGRAM = Path(__file__).parent.parent / "process_images.py"
MAX_WAIT = 40.0  # seconds; reached only on failure


class Program:
    """Use in `with`. Standard output and error go to the files `out` and `err` in `folder`, its working folder."""

    script: ClassVar[Path] = PROGRAM

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.arguments = arguments
        self.folder = folder
        self.environment = {**os.environ, "STATUS_ADDRESS": "127.0.0.1:0", **settings}

    def __enter__(self) -> Self:
        with (self.folder / "out").open("w") as out, (self.folder / "err").open("w") as err:
            command = [sys.executable, "-W", "error", str(self.script), *self.arguments]
            self.process = subprocess.Popen(command, stdout=out, stderr=err, env=self.environment, cwd=self.folder)
        return self

    def __exit__(self, *_: object) -> None:
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
        """Wait until it ends by itself; the exit status."""
        return self.process.wait(MAX_WAIT)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit status. It must end within 10 seconds."""
        self.process.send_signal(number)
        return self.process.wait(10)

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for `true`; AssertionError with the program's log if it has ended or MAX_WAIT has passed."""
        deadline = time.monotonic() + MAX_WAIT
        while not true():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"exit status {self.process.poll()}; {self.err}")
            time.sleep(0.05)


class QuickProgram(Program):
    """With short durations."""

    script = Path(__file__).parent / "commands" / "quick_service.py"


class Service(QuickProgram):
    """Stopped at the end, not killed, so that the lines that it ran count as covered."""

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        super().__exit__()
