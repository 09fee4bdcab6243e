"""The commands' end of the control socket."""

import json
import os
import pwd
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import aiohttp

from cameras.control.endpoint import SOCKET, socket_path
from cameras.control.service import ReloadJson, RevivedJson
from cameras.errors import ConfigError, ServiceNotRunning, ServiceSilent
from cameras.watch import StatusJson

CONNECT = 5.0  # seconds
SILENCE = 10.0  # seconds without a byte; a service whose event loop works answers at once
PATIENCE = 300.0  # seconds that one answer may take: the portal may be slow, and 1,000 cameras are tried in a ramp


class RunningService:
    """Each method: ServiceSilent if the service does not answer."""

    def __init__(self, session: aiohttp.ClientSession, folder: Path, silence: float) -> None:
        self._session = session
        self._folder = folder
        self._silence = silence

    async def status(self) -> StatusJson:
        return cast(StatusJson, await self._ask("GET", "/status", self._silence))

    async def problems(self, strict: bool) -> list[str]:
        """As ControlledService.problems."""
        answer = await self._ask("GET", "/healthz" if strict else "/livez", self._silence)
        return [str(problem) for problem in answer["problems"]]

    async def reload(self, accept_shrunken: bool) -> ReloadJson:
        asked = {"accept_shrunken": accept_shrunken}
        return cast(ReloadJson, await self._ask("POST", "/reload", PATIENCE, asked))

    async def add_rejection(self, id: str, login: str, at: datetime) -> None:
        await self._ask("POST", "/rejection", self._silence, {"id": id, "login": login, "at": at.isoformat()})

    async def revive(self, ids: Sequence[str]) -> AsyncIterator[RevivedJson]:
        """As ControlledService.revive."""
        async with self._request("POST", "/revive", PATIENCE, {"ids": list(ids)}) as response:
            async for line in response.content:
                yield json.loads(line)

    async def _ask(self, method: str, path: str, silence: float, content: object = None) -> dict[str, Any]:
        async with self._request(method, path, silence, content) as response:
            return cast(dict[str, Any], await response.json())

    @asynccontextmanager
    async def _request(
        self, method: str, path: str, silence: float, content: object = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT, sock_read=silence)
        try:
            async with self._session.request(
                method, f"http://service{path}", json=content, timeout=timeout
            ) as response:
                if response.status == 400:
                    raise ConfigError((await response.json())["error"])
                response.raise_for_status()
                yield response
        except aiohttp.ClientConnectorError as error:
            raise _cannot_connect(self._folder, error.os_error) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ServiceSilent(
                f"the service does not answer at {self._folder / SOCKET} ({error or 'timeout'}); see its log"
            ) from error


@asynccontextmanager
async def connect(folder: Path, sudo_user: str = "", silence: float = SILENCE) -> AsyncIterator[RunningService]:
    """ServiceNotRunning if there is no service; ConfigError if the caller may not ask it.

    `sudo_user`: the person behind sudo, if it is used.
    """
    with ExitStack() as stack:
        try:
            path = stack.enter_context(socket_path(folder))
        except OSError as error:
            raise _cannot_connect(folder, error) from error
        connector, headers = aiohttp.UnixConnector(path), {"X-Caller": sudo_user or _user()}
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
            yield RunningService(session, folder, silence)


def _cannot_connect(folder: Path, error: OSError) -> ServiceNotRunning | ConfigError:
    if isinstance(error, PermissionError):
        return ConfigError(f"{folder / SOCKET}: {error.strerror}; ask as root, or as a member of the group cctv-images")
    return ServiceNotRunning(f"the service does not run: nothing listens at {folder / SOCKET}")


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may know no names
        return f"user {os.getuid()}"
