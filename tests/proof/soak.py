"""A day of the fleet."""

from collections.abc import AsyncIterator

from cameras.store.store import open_store
from tests.proof.elsewhere import elsewhere
from tests.proof.row import Row, check_kept, figures, held
from tests.proof.watching import forget_peak, watching

DEADLINE = 60.0  # seconds for a picture, as by default


async def soak(cameras: int, interval: float, cycles: int) -> AsyncIterator[Row]:
    """A day's cycles at a short interval, over the real S3 client: what is held after a tenth against the end."""
    tenth = max(2, cycles // 10)
    with elsewhere(cameras, []) as there:
        async with (
            open_store("s3://bucket", there.bucket) as store,
            watching(there.healthy, store, interval, DEADLINE) as watched,
        ):
            await watched.warm_up()
            await watched.watch(lambda place: watched.slots(place, interval, tenth - 1))
            before = await held(there.bucket)
            forget_peak()
            await watched.watch(lambda place: watched.slots(place, interval, cycles - tenth))
            after = await held(there.bucket)
    served = sum(watched.store.puts[camera.id, "live"] for camera in there.healthy)
    name, errors = f"soak: {cycles} cycles of {interval:g} s ({cameras})", cameras - watched.fleet.counts()["live"]
    yield figures(name, cameras * cycles, served, watched, errors, before, after)
    check_kept(before, after)
