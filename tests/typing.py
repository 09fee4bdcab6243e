"""Types of the fixtures that are functions."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from cameras.camera import Address, Camera
from cameras.makes import Make
from cameras.simulator.camera import SimulatedCamera


class StartCamera(Protocol):
    """The fixture `simulated`."""

    def __call__(
        self, make: str, id: str = "1", place: str = "", fault: str = "", still: bytes = b""
    ) -> Awaitable[SimulatedCamera]: ...


class RequestsOf(Protocol):
    """The fixture `requests_of`."""

    def __call__(self, make: Make) -> Awaitable[list[str]]: ...


class Asked(Protocol):
    """The fixture `asked`."""

    def __call__(self, make: str) -> Awaitable[list[str]]: ...


class Serve(Protocol):
    """The fixture `serve`."""

    requests: list[bytes]

    def __call__(self, answer: Callable[[bytes], bytes], host: str = "127.0.0.1") -> Awaitable[Address]: ...


class Get(Protocol):
    """The fixture `get`."""

    def __call__(self, camera: Camera, *targets: str) -> Awaitable[bytes]: ...
