"""Runs the whole service as a process of its own and measures it."""

import os
import re
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from tests.benchmark.servers import Servers
from tests.process import Program

INTERVALS = 3  # measured in each round


class Daemon:
    """The service, which pauses between rounds so that others can be measured."""

    name = "the whole service"

    def __init__(self, program: Program, interval: float) -> None:
        self.program, self.interval = program, interval
        self.cpu: list[float] = []  # seconds per 1,000 pictures, in each round
        program.until(lambda: "status page: " in program.err)
        address = re.search(r"status page: (http://\S+/)", program.err)
        assert address
        self.metrics = f"{address[1]}metrics"
        program.until(lambda: self._uploads() > 0)
        self._pause()

    def round(self) -> None:
        """/metrics is read outside the measured time."""
        self.program.process.send_signal(signal.SIGCONT)
        time.sleep(1.5 * self.interval)  # until all cameras are back in their slots
        uploads, cpu = self._uploads(), self._cpu()
        time.sleep(INTERVALS * self.interval)
        cpu, uploads = self._cpu() - cpu, self._uploads() - uploads
        self.cpu.append(cpu / uploads * 1000)
        self._pause()

    def _pause(self) -> None:
        self.program.process.send_signal(signal.SIGSTOP)

    def _cpu(self) -> float:
        """Seconds of all threads, user and system (proc(5): stat)."""
        fields = Path(f"/proc/{self.program.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _uploads(self) -> float:
        with urlopen(self.metrics) as response:
            families = text_string_to_metric_families(response.read().decode())
        samples = [sample for family in families if family.name == "cctv_uploads" for sample in family.samples]
        assert all(sample.labels["outcome"] == "put" or not sample.value for sample in samples), samples
        return sum(sample.value for sample in samples)


@contextmanager
def daemon(servers: Servers, cameras: int, interval: float) -> Iterator[Daemon]:
    """`process_images.py run` with the S3 store and so many cameras every `interval` seconds."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        rows = [f"{camera.id},TURNED_ON,{camera.make},{camera.address}" for camera in servers.cameras(cameras)]
        header = "camera_id,camera_status,camera_mfg,camera_ip"
        (Path(name) / "cameras.csv").write_text("\n".join([header, *rows]))
        settings = {"CAMERA_LIST": "cameras.csv", "STORE": "s3://bucket", "AWS_ENDPOINT_URL": servers.bucket}
        with Program(Path(name), **settings, INTERVAL=f"{interval:g}") as program:
            yield Daemon(program, interval)
