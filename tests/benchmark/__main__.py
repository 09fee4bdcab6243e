"""Measures the parts named as arguments, or all, in one run and prints tables for docs/performance.md."""

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version

from tests.benchmark.client import Client, Measured, ratio
from tests.benchmark.daemon import daemon as run_daemon
from tests.benchmark.servers import Servers, nginx

AWS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
ROUNDS = 40
BATCH = 250  # pictures; small, so that all clients meet the same noise of the machine
DAEMON_CAMERAS, DAEMON_INTERVAL, DAEMON_ROUNDS = 400, 3.0, 12


def measured(module: str, *arguments: object) -> list[float]:
    command = [sys.executable, "-m", f"tests.benchmark.{module}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def _rounds(servers: Servers, *clients: tuple[str, int]) -> list[Client]:
    """All clients in alternation, one batch each in a round."""
    started = [Client(name, fleet, servers, BATCH) for name, fleet in clients]
    for _ in range(ROUNDS):
        for client in started:
            client.round()
    for client in started:
        client.close()
    return started


def _print_ratios(measured: Sequence[Measured]) -> None:
    first = measured[0]
    print(f"| client | CPU seconds per 1,000 pictures: median (min, max) | {first.name} / this, median of the rounds |")
    print("| --- | --- | --- |")
    for client in measured:
        cpu = f"{statistics.median(client.cpu):.2f} ({min(client.cpu):.2f}, {max(client.cpu):.2f})"
        print(f"| {client.name} | {cpu} | {ratio(first, client):.2f} |")


def path(servers: Servers) -> None:
    clients = _rounds(servers, ("ours", 1000), ("bare", 1000), ("obvious", 1000), ("curl", 1000))
    _print_ratios(clients)
    rate = statistics.median(clients[0].rate)
    fleets = f"{rate * 300:,.0f} cameras at five minutes; {rate * 150:,.0f} with half the core left"
    print(f"\nPictures per second on one core: {rate:.0f}; that is {fleets}.\n")


def daemon(servers: Servers) -> None:
    """Against the same requests at the same pace without the service around them, and against curl."""
    pace = DAEMON_CAMERAS / DAEMON_INTERVAL
    clients = [Client(name, DAEMON_CAMERAS, servers, DAEMON_CAMERAS, pace) for name in ("ours", "bare", "curl")]
    with run_daemon(servers, DAEMON_CAMERAS, DAEMON_INTERVAL) as service:
        measured: list[Measured] = [service, *clients]
        for _ in range(DAEMON_ROUNDS):
            for each in measured:
                each.round()
    for client in clients:
        client.close()
    _print_ratios(measured)
    bare, curl = clients[1:]
    print(f"\n{DAEMON_CAMERAS} cameras every {DAEMON_INTERVAL:g} s. bare / curl: {ratio(bare, curl):.2f}.\n")


def profile(servers: Servers) -> None:
    subprocess.run([sys.executable, "-m", "tests.benchmark.profile", str(servers.port), servers.bucket], check=True)


def growth(servers: Servers) -> None:
    clients = _rounds(servers, ("ours", 100), ("ours", 1000), ("ours", 10_000))
    print("| cameras | CPU seconds per 1,000 pictures | against 100 cameras, median of the rounds |")
    print("| --- | --- | --- |")
    for client in clients:
        print(f"| {client.fleet:,} | {statistics.median(client.cpu):.2f} | {ratio(client, clients[0]):.2f} |")
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


PARTS = {
    "path": path,
    "daemon": daemon,
    "profile": profile,
    "growth": growth,
    "memory": memory,
    "punctuality": punctuality,
}


def main() -> None:
    os.environ.update(AWS)  # for the bucket, which accepts every login
    names = ("aiohttp", "aiobotocore", "botocore", "httpx")
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in names) + "\n")
    with nginx() as servers:
        for name in sys.argv[1:] or PARTS:
            PARTS[name](servers)


if __name__ == "__main__":
    main()
