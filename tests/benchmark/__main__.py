"""Measures all in one run and prints it as tables for PERFORMANCE.md. Names of parts as arguments run these alone."""

import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version

from tests.benchmark.servers import Servers, nginx

AWS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
ROUNDS = 5
SMALL, LARGE = 200, 2200  # pictures; the difference leaves out what starting costs


def measured(module: str, *arguments: object) -> list[float]:
    command = [sys.executable, "-m", f"tests.benchmark.{module}", *map(str, arguments)]
    done = subprocess.run(command, env={**os.environ, **AWS}, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def _per_thousand(client: str, servers: Servers, fleet: int = 1000) -> tuple[float, float]:
    """(CPU seconds, pictures per second of wall time) for 1,000 pictures."""
    small = measured("path", client, SMALL, fleet, servers.port, servers.bucket)
    large = measured("path", client, LARGE, fleet, servers.port, servers.bucket)
    return (large[0] - small[0]) / (LARGE - SMALL) * 1000, (LARGE - SMALL) / (large[1] - small[1])


def path(servers: Servers) -> None:
    clients = ("ours", "obvious", "curl")
    rounds = [{client: _per_thousand(client, servers) for client in clients} for _ in range(ROUNDS)]
    cpu = {client: [each[client][0] for each in rounds] for client in clients}
    print("| client | CPU seconds per 1,000 pictures: median (least, most) | ours / this, median of the rounds |")
    print("| --- | --- | --- |")
    for client in clients:
        ratio = statistics.median(mine / other for mine, other in zip(cpu["ours"], cpu[client], strict=True))
        median = statistics.median(cpu[client])
        print(f"| {client} | {median:.2f} ({min(cpu[client]):.2f}, {max(cpu[client]):.2f}) | {ratio:.2f} |")
    rate = statistics.median(each["ours"][1] for each in rounds)
    fleets = f"{rate * 300:,.0f} cameras at five minutes; {rate * 150:,.0f} with half the core left"
    print(f"\nPictures per second on one core: {rate:.0f}; that is {fleets}.\n")


def growth(servers: Servers) -> None:
    fleets = (100, 1000, 10_000)
    rounds = [[_per_thousand("ours", servers, fleet)[0] for fleet in fleets] for _ in range(3)]
    print("| cameras | CPU seconds per 1,000 pictures | against 100 cameras |\n| --- | --- | --- |")
    medians = [statistics.median(each) for each in zip(*rounds, strict=True)]
    for fleet, median in zip(fleets, medians, strict=True):
        print(f"| {fleet:,} | {median:.2f} | {median / medians[0]:.2f} |")
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


PARTS = {"path": path, "growth": growth, "memory": memory, "punctuality": punctuality}


def main() -> None:
    names = ("aiohttp", "aiobotocore", "botocore", "httpx")
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in names) + "\n")
    with nginx() as servers:
        for name in sys.argv[1:] or PARTS:
            PARTS[name](servers)


if __name__ == "__main__":
    main()
