"""nginx, which costs its client little: a still of 70 KB on every loopback address; a bucket that takes every PUT."""

import io
import random
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from cameras.camera import Address, Camera

SIZE = 70_000  # bytes of a still


class Servers(NamedTuple):
    """`port` serves /jpeg on every loopback address; `bucket` is an S3 endpoint."""

    port: int
    bucket: str

    def cameras(self, count: int) -> list[Camera]:
        """`count` cameras, each at a loopback address of its own."""
        places = (f"127.{1 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}" for number in range(count))
        return [Camera(str(number), "Sarix", Address(host, self.port)) for number, host in enumerate(places)]


@contextmanager
def nginx() -> Iterator[Servers]:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:  # memory: the disk is not what is measured
        folder = Path(name)
        folder.chmod(0o777)  # started by root, nginx serves as another user
        stills, bucket = _free_port("0.0.0.0"), _free_port("127.0.0.1")
        (folder / "jpeg").write_bytes(_still())
        (folder / "nginx.conf").write_text(_configuration(folder, stills, bucket))
        with subprocess.Popen(["/usr/sbin/nginx", "-p", name, "-c", str(folder / "nginx.conf")]) as server:
            _wait_for(stills)
            yield Servers(stills, f"http://127.0.0.1:{bucket}")
            server.terminate()


def _configuration(folder: Path, stills: int, bucket: int) -> str:
    return f"""
        daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log crit;
        events {{ worker_connections 20000; }}
        http {{
            access_log off; client_body_temp_path {folder}/body; client_max_body_size 10m; client_body_buffer_size 1m;
            server {{ listen 0.0.0.0:{stills} backlog=4096; root {folder}; default_type image/jpeg;
                      keepalive_timeout 0; }}
            server {{ listen 127.0.0.1:{bucket} backlog=4096; root {folder}/bucket; keepalive_requests 1000000;
                      location / {{ dav_methods PUT; create_full_put_path on; }} }}
        }}"""


def _still() -> bytes:
    """A JPEG of SIZE bytes: noise, cut to size by a comment segment."""
    noise = Image.frombytes("RGB", (320, 180), random.Random(1).randbytes(320 * 180 * 3))
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=60)
    image = file.getvalue()
    rest = SIZE - len(image)
    while rest > 4:
        length = min(rest - 2, 65535)
        image = image[:2] + b"\xff\xfe" + length.to_bytes(2) + b" " * (length - 2) + image[2:]
        rest -= length + 2
    return image


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as free:
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("nginx does not listen")
