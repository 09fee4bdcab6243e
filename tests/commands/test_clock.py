"""The machine's clock is set while the service runs. Debian's libfaketime gives it another clock."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cameras.simulator.request import Request
from tests.process import Program
from tests.typing import StartCamera

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

INTERVAL = 3  # seconds
LATE = 1.2  # seconds from the slot, on a slow machine; 1.5 would be between two slots
HOUR = timedelta(hours=1)
NEAR = timedelta(minutes=5)


class Clock:
    """`settings` make a program use this clock; its monotonic clock stays the machine's."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.set("+0")
        (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
        self.settings = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, by: str) -> None:
        """Atomically: the program reads the file at any time."""
        new = self.file.with_suffix(".new")
        new.write_text(by)
        new.replace(self.file)


class RequestLog(list[Request]):
    """Records when each request came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, request: Request) -> None:
        super().append(request)
        self.times.append(time.monotonic())


@pytest.mark.parametrize(("by", "moved"), [("-3600", -HOUR), ("+3600", HOUR)])
async def test_setting_the_clock_moves_expires_but_no_slot(
    by: str,
    moved: timedelta,
    tmp_path: Path,
    simulated: StartCamera,
    s3: "S3Client",
    s3_url: str,
) -> None:
    camera, clock = await simulated("Sarix"), Clock(tmp_path)
    camera.requests = requests = RequestLog()
    (tmp_path / "list.csv").write_text(
        f"camera_id,camera_status,camera_mfg,camera_ip\n1,TURNED_ON,Sarix,127.0.0.1:{camera.port}\n"
    )

    def shows_picture_by_clock(change: timedelta) -> bool:
        """Captured just now by a clock that differs from ours by `change`; Expires is exactly an interval later."""
        if not s3.list_objects_v2(Bucket="pictures").get("Contents"):
            return False
        head = s3.head_object(Bucket="pictures", Key="image/1.jpg")
        captured = datetime.fromisoformat(head["Metadata"]["captured-at"])
        expires = parsedate_to_datetime(head["ResponseMetadata"]["HTTPHeaders"]["expires"])
        assert expires - captured == timedelta(seconds=INTERVAL)
        return abs(captured - datetime.now(UTC) - change) < NEAR

    bucket = {"STORE": "s3://pictures", "AWS_ENDPOINT_URL": s3_url}
    with Program(tmp_path, CAMERA_LIST="list.csv", INTERVAL=str(INTERVAL), **bucket, **clock.settings) as program:
        await asyncio.to_thread(program.until, lambda: shows_picture_by_clock(timedelta(0)))
        clock.set(by)
        await asyncio.to_thread(program.until, lambda: shows_picture_by_clock(moved))
        so_far = len(requests)
        await asyncio.to_thread(program.until, lambda: len(requests) >= so_far + 2)
        assert await asyncio.to_thread(program.stop) == 0
    times = requests.times
    assert max(abs((at - times[0] + INTERVAL / 2) % INTERVAL - INTERVAL / 2) for at in times) < LATE, times
    assert min(later - at for at, later in pairwise(times)) > INTERVAL - LATE, times
