import logging
import threading

import pytest

from cameras.service.log_queue import LogQueue


def put(queue: LogQueue, *lines: str) -> None:
    """Lines whose first letter is W are warnings."""
    for line in lines:
        level = logging.WARNING if line.startswith("W") else logging.INFO
        queue.put_nowait(logging.makeLogRecord({"levelno": level, "msg": line}))


def test_lines_of_all_levels_keep_their_order() -> None:
    queue = LogQueue()
    put(queue, "I0", "W1", "W2", "I3", "W4")
    assert queue.get() == (["I0\n", "W1\n", "W2\n", "I3\n", "W4\n"], 0)


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["W0", "I1", "I2", "I3"], ["W0", "I2", "I3"]),
        (["I0", "I1", "W2", "W3", "W4"], ["W2", "W3", "W4"]),
        (["W0", "W1", "W2", "W3"], ["W1", "W2", "W3"]),
        (["W0", "W1", "W2", "I3"], ["W0", "W1", "W2"]),
    ],
)
def test_full_queue_drops_the_oldest_information_first(lines: list[str], kept: list[str]) -> None:
    queue = LogQueue(limit=3)
    put(queue, *lines)
    assert queue.get() == ([line + "\n" for line in kept], len(lines) - 3)


def test_dropped_lines_are_counted_from_the_last_get() -> None:
    queue = LogQueue(limit=1)
    put(queue, "I0", "I1")
    assert queue.get() == (["I1\n"], 1)
    put(queue, "I2")
    assert queue.get() == (["I2\n"], 0)


def test_join_waits_until_taken_lines_are_written() -> None:
    queue = LogQueue()
    assert queue.join(0)
    put(queue, "I0")
    assert not queue.join(0)
    queue.get()
    assert not queue.join(0)
    assert queue.unfinished() == 1
    threading.Thread(target=queue.task_done).start()
    assert queue.join(10)


def test_closed_queue_returns_the_lines_that_wait_then_none() -> None:
    queue = LogQueue()
    put(queue, "I0")
    queue.close()
    assert queue.get() == (["I0\n"], 0)
    assert queue.get() == ([], 0)
