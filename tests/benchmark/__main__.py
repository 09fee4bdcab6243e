"""Measures everything, or the parts named as arguments, and prints the tables of docs/performance.md."""

import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version

from tests.benchmark.servers import Servers, nginx

AWS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
ROUNDS = 40
BATCH = 250  # pictures; small, so that all clients meet the same noise of the machine
WARM = 200  # pictures before the first round


def measured(module: str, *arguments: object) -> list[float]:
    command = [sys.executable, "-m", f"tests.benchmark.{module}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


class Client:
    """A process that fetches and puts pictures on request.

    `cpu` holds its CPU seconds per 1,000 pictures, one for each round; `rate` its pictures per second.
    """

    def __init__(self, name: str, fleet: int, servers: Servers) -> None:
        command = [sys.executable, "-m", "tests.benchmark.path", name, str(fleet), str(servers.port), servers.bucket]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.name, self.fleet = name, fleet
        self.cpu: list[float] = []
        self.rate: list[float] = []
        self._take(WARM)

    def round(self) -> None:
        cpu, seconds = self._take(BATCH)
        self.cpu.append(cpu / BATCH * 1000)
        self.rate.append(BATCH / seconds)

    def _take(self, count: int) -> tuple[float, float]:
        assert self.process.stdin
        assert self.process.stdout
        print(count, file=self.process.stdin, flush=True)
        cpu, seconds = self.process.stdout.readline().split()
        return float(cpu), float(seconds)

    def against(self, other: "Client") -> float:
        """The median of the rounds' ratios."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.cpu, other.cpu, strict=True))


def _rounds(servers: Servers, *clients: tuple[str, int]) -> list[Client]:
    """All clients in alternation, one batch each in a round."""
    started = [Client(name, fleet, servers) for name, fleet in clients]
    for _ in range(ROUNDS):
        for client in started:
            client.round()
    for client in started:
        client.process.communicate()
    return started


def path(servers: Servers) -> None:
    clients = _rounds(servers, ("ours", 1000), ("bare", 1000), ("obvious", 1000), ("curl", 1000))
    print("| client | CPU seconds per 1,000 pictures: median (least, most) | ours / this, median of the rounds |")
    print("| --- | --- | --- |")
    for client in clients:
        median, ratio = statistics.median(client.cpu), clients[0].against(client)
        print(f"| {client.name} | {median:.2f} ({min(client.cpu):.2f}, {max(client.cpu):.2f}) | {ratio:.2f} |")
    rate = statistics.median(clients[0].rate)
    fleets = f"{rate * 300:,.0f} cameras at five minutes; {rate * 150:,.0f} with half the core left"
    print(f"\nPictures per second on one core: {rate:.0f}; that is {fleets}.\n")


def profile(servers: Servers) -> None:
    subprocess.run([sys.executable, "-m", "tests.benchmark.profile", str(servers.port), servers.bucket], check=True)


def growth(servers: Servers) -> None:
    clients = _rounds(servers, ("ours", 100), ("ours", 1000), ("ours", 10_000))
    print("| cameras | CPU seconds per 1,000 pictures | against 100 cameras, median of the rounds |")
    print("| --- | --- | --- |")
    for client in clients:
        print(f"| {client.fleet:,} | {statistics.median(client.cpu):.2f} | {client.against(clients[0]):.2f} |")
    print()


def memory(_: Servers) -> None:
    sizes = (0, 1000, 10_000, 50_000)
    used = {size: measured("idle", size)[0] for size in sizes}
    print("| idle cameras | resident memory | bytes per camera |\n| --- | --- | --- |")
    for size in sizes:
        each = f"{(used[size] - used[0]) / size:,.0f}" if size else ""
        print(f"| {size:,} | {used[size] / 1e6:.1f} MB | {each} |")
    print()


def punctuality(servers: Servers) -> None:
    where = (servers.port, servers.bucket)
    print("| fleet | late p50 | late p99 | late max | slots due | served | all fresh after | most starts in a second |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, arguments in {
        "10,000 cameras, interval 60 s": (10_000, "no", 60, 2, "no", *where),
        "the same, every tenth hanging": (10_000, "yes", 60, 2, "no", *where),
        "restart: 1,000 cameras, interval 300 s": (1000, "no", 300, 1, "yes", *where),
    }.items():
        p50, p99, most, due, served, fresh, starts = measured("punctual", *arguments)
        slots = f"{due:.0f} | {served:.0f}" if arguments[4] == "no" else "– | –"
        print(f"| {name} | {p50} ms | {p99} ms | {most} ms | {slots} | {fresh} s | {starts:.0f} |")
    print()


PARTS = {"path": path, "profile": profile, "growth": growth, "memory": memory, "punctuality": punctuality}


def main() -> None:
    os.environ.update(AWS)  # for the bucket, which takes whatever is put
    names = ("aiohttp", "aiobotocore", "botocore", "httpx")
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in names) + "\n")
    with nginx() as servers:
        for name in sys.argv[1:] or PARTS:
            PARTS[name](servers)


if __name__ == "__main__":
    main()
