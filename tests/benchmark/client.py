"""Runs `path` as a process of its own and measures it."""

import statistics
import subprocess
import sys
from typing import Protocol

from tests.benchmark.servers import Servers

WARM_UP = 200  # pictures before the first round


class Measured(Protocol):
    """What takes part in a comparison."""

    name: str
    cpu: list[float]  # seconds per 1,000 pictures, in each round

    def round(self) -> None: ...


def ratio(first: Measured, second: Measured) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(one / other for one, other in zip(first.cpu, second.cpu, strict=True))


class Client:
    """A process that fetches and puts `batch` pictures in each round.

    `pace` is how many it starts per second; 0: as fast as it can, 20 at a time.
    """

    def __init__(self, name: str, fleet: int, servers: Servers, batch: int, pace: float = 0) -> None:
        arguments = [name, str(fleet), str(servers.port), servers.bucket, str(pace)]
        command = [sys.executable, "-m", "tests.benchmark.path", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name, self.fleet, self.batch = name, fleet, batch
        self.cpu: list[float] = []
        self.rate: list[float] = []  # pictures per second, in each round
        self._take(WARM_UP)

    def round(self) -> None:
        cpu, seconds = self._take(self.batch)
        self.cpu.append(cpu / self.batch * 1000)
        self.rate.append(self.batch / seconds)

    def close(self) -> None:
        self.process.communicate()

    def _take(self, count: int) -> tuple[float, float]:
        """CPU seconds and seconds."""
        assert self.process.stdin
        assert self.process.stdout
        print(count, file=self.process.stdin, flush=True)
        cpu, seconds = self.process.stdout.readline().split()
        return float(cpu), float(seconds)
