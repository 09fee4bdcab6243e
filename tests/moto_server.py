"""moto, a stand-in for AWS, as a process of its own."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def moto_server() -> Iterator[str]:
    """Its URL. It checks no signature until something posts to /moto-api/reset-auth."""
    command = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as server:
        assert server.stderr
        for line in server.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            pytest.fail("moto's server did not start")
        reading = threading.Thread(target=server.stderr.read)  # a line for each request; a full pipe would stop it
        reading.start()
        try:
            yield found[0]
        finally:
            server.terminate()
            reading.join()
