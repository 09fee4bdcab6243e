"""A day of the fleet."""

from collections.abc import AsyncIterator

from cameras.store import open_store
from tests.proof.fleet_process import fleet_process
from tests.proof.measured import measured_fleet
from tests.proof.resources import check_no_growth, reset_peak, resources, settled
from tests.proof.result import Result, result

TIMEOUT = 60.0  # seconds for a picture, the default


async def soak(cameras: int, interval: float, cycles: int) -> AsyncIterator[Result]:
    """A day's cycles at a short interval, over the real S3 client. Nothing may grow after a tenth of them."""
    tenth = max(2, cycles // 10)
    with fleet_process(cameras, []) as servers:
        async with (
            open_store("s3://bucket", servers.bucket) as store,
            measured_fleet(servers.healthy, store, interval, TIMEOUT) as fleet,
        ):
            start = resources(servers.bucket)
            await fleet.warm_up()
            await fleet.watch(lambda position: fleet.slots(position, interval, tenth - 1))
            before = await settled(start, servers.bucket)
            reset_peak()
            await fleet.watch(lambda position: fleet.slots(position, interval, cycles - tenth))
            after = await settled(before, servers.bucket)
    served = sum(fleet.store.puts[camera.id, "live"] for camera in servers.healthy)
    name, errors = f"soak: {cycles} cycles of {interval:g} s ({cameras})", cameras - fleet.fleet.counts()["live"]
    yield result(name, cameras * cycles, served, fleet, errors, before, after)
    check_no_growth(before, after)
