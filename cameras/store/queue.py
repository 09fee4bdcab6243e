"""The queue in front of the store: limited in puts under way and in bytes that wait, placeholders first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cameras.errors import StoreError
from cameras.store.upload import Upload


class UploadQueue:
    """Without a limit on bytes, a store that does not answer fills the memory: 133 pictures a second wait 30 s each."""

    def __init__(self, at_once: int = 50, live_bytes: int = 64_000_000, deadline: float = 30.0) -> None:
        self.at_once = at_once
        self.live_bytes = live_bytes  # of all live pictures in the queue or under way; placeholders share one copy
        self.deadline = deadline  # seconds that a live picture may wait; placeholders wait as long as it takes
        self._under_way = 0
        self._held = 0  # bytes of live pictures
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {"fallback": deque(), "live": deque()}

    @asynccontextmanager
    async def place(self, upload: Upload) -> AsyncIterator[None]:
        """Waits for its turn. StoreError if the picture must not wait, or has waited too long: it was never sent."""
        size = len(upload.content) if upload.kind == "live" else 0
        if size and self._held + size > self.live_bytes:
            raise StoreError(f"{self._held // 1_000_000} MB of pictures are waiting for the store; see why it is slow")
        self._held += size
        try:
            await self._enter(upload.kind)
            try:
                yield
            finally:
                self._leave()
        finally:
            self._held -= size

    async def _enter(self, kind: str) -> None:
        if self._under_way < self.at_once:
            self._under_way += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[kind].append(turn)
        entered = False
        try:
            async with asyncio.timeout(self.deadline if kind == "live" else None):
                await turn
            entered = True
        except TimeoutError:
            text = f"not sent within {self.deadline:g} s, because too many uploads are waiting for the store"
            raise StoreError(f"{text}; see why it is slow") from None
        finally:
            if not entered and not turn.cancelled():  # the place was handed over at the same moment
                self._leave()

    def _leave(self) -> None:
        """Hand the place on, to a placeholder if one waits. Those who no longer wait are skipped."""
        for queue in self._waiting.values():
            while queue:
                if not (turn := queue.popleft()).cancelled():
                    turn.set_result(None)
                    return
        self._under_way -= 1
