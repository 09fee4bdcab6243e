"""Keeps a probe from locking an account, and lets the service know which logins a probe has used up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from cameras.camera import Camera
from cameras.commands.wiring import running_service, utc_now
from cameras.errors import LoginRejected, ServiceNotRunning
from cameras.state import CameraMemory, FolderDocuments, open_memory
from cameras.watch import recent_rejections
from config import Config

UNLISTED = "probe"  # the id of a camera that is known by its address alone: nothing is remembered about it


@dataclass(frozen=True)
class LoginGuard:
    """For one probe."""

    config: Config
    memory: CameraMemory
    anyway: bool  # send the login even if the account may be locked

    async def check(self, camera: Camera) -> None:
        """LoginRejected if the camera rejected this login so often lately that it may have locked the account."""
        window = timedelta(seconds=self.config.durations.login_window)
        rejections = await self.memory.rejections(camera.id, camera.login)
        recent = recent_rejections(rejections, utc_now(), window)
        if len(recent) < self.config.max_login_failures or self.anyway:
            return
        until = recent[-self.config.max_login_failures] + window
        raise LoginRejected(
            f"{len(recent)} times until {recent[-1]:%H:%M} UTC, so its account may be locked",
            f"wait until {until:%H:%M} UTC, or send it all the same with --anyway",
        )

    async def rejected(self, camera: Camera) -> None:
        """The login was sent and rejected. A running service is told, because only it writes its memory."""
        if camera.id == UNLISTED or not camera.login:
            return
        now, digest = utc_now(), await self.memory.digests.digest(camera.login)
        try:
            async with running_service(self.config) as service:
                await service.add_rejection(camera.id, digest, now)
        except ServiceNotRunning:
            await self.memory.add_rejection(camera.id, camera.login, now)


@asynccontextmanager
async def open_guard(config: Config, anyway: bool) -> AsyncIterator[LoginGuard]:
    async with open_memory(FolderDocuments(config.state_directory)) as memory:
        yield LoginGuard(config, memory, anyway)
