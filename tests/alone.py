"""Tests that measure lateness are marked `alone`: while one runs, the other workers of pytest-xdist run none."""

import fcntl
import os
from collections.abc import Generator

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: no other test runs at the same time")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Set-up and teardown included. Every test holds the lock, shared with others unless it is to be alone. Whoever
    waits for it holds the queue: else the next tests of other workers would get the lock first, again and again."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    folder = item.config.cache.mkdir("alone") if item.config.cache else item.config.rootpath
    with (folder / "queue").open("w") as queue, (folder / "lock").open("w") as lock:
        fcntl.flock(queue, fcntl.LOCK_EX)
        fcntl.flock(lock, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(queue, fcntl.LOCK_UN)
        return (yield)
