"""The errors that someone can act on.

CctvImagesError
├── ConfigError        a setting, a CSV or the camera list needs a fix first: exit status 2
│   ├── UnknownMake    no make has this name: why the camera list skips a row
│   └── InvalidSettings  settings, one problem each
├── DatasetError       the camera list is unavailable now: exit status 1, trying again may help
├── FleetStopped       every camera has stopped: exit status 1, a restart revives them
├── ControlError       the service cannot be asked: exit status 1
│   ├── ServiceNotRunning  nothing listens at its control socket
│   └── ServiceSilent      it does not answer
├── StateError         a document of the service's state: exit status 1
│   ├── StateUnavailable   cannot be read or written now
│   ├── DocumentChanged    was changed by another process since it was read
│   └── InvalidDocument    damaged, or written by another release
├── StoreError         the bucket or folder did not take a picture; or there are no credentials now: exit status 1
└── CameraError        one camera gave no picture this cycle
    ├── Unreachable      no connection, no answer in time, or cut off
    ├── InvalidResponse  it answers, but not in HTTP
    ├── HttpError        it answers with an HTTP status other than 200
    ├── LoginRejected    it asks for a login that is not set, or rejects the one that is
    ├── NotAnImage       it answers 200, but not with a complete JPEG
    ├── TooLarge         its answer exceeds the body limit
    └── FetcherBug       our own code for its make failed: see the traceback in the log

A leaf exists because someone reads it: its name is in the log's summary and in the tables of docs/operations.md.
A message may quote what a camera sent, through `quoted`; it never contains a secret.
"""

from collections.abc import Sequence
from typing import ClassVar, TypeVar


class CctvImagesError(Exception):
    """Root of the tree. `exit_status` is what the process ends with when the error ends it."""

    exit_status: ClassVar[int] = 1

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong, one sentence each."""
        return [str(self)]


class ConfigError(CctvImagesError):
    exit_status = 2


class UnknownMake(ConfigError):
    pass


class InvalidSettings(ConfigError):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self._problems = problems

    @property
    def problems(self) -> Sequence[str]:
        return self._problems


class DatasetError(CctvImagesError):
    pass


class FleetStopped(CctvImagesError):
    pass


class ControlError(CctvImagesError):
    pass


class ServiceNotRunning(ControlError):
    pass


class ServiceSilent(ControlError):
    pass


class StateError(CctvImagesError):
    pass


class StateUnavailable(StateError):
    pass


class DocumentChanged(StateError):
    pass


class InvalidDocument(StateError):
    pass


class StoreError(CctvImagesError):
    """`unanswered` is the number of attempts that were sent and not answered: the store may still apply them."""

    def __init__(self, message: str, unanswered: int = 0) -> None:
        super().__init__(message)
        self.unanswered = unanswered


class CameraError(CctvImagesError):
    """`what (detail); fix` is one sentence for an operator: what happened, how we know, what to do."""

    what: ClassVar[str]
    fix: ClassVar[str]

    def __init__(self, detail: str, fix: str = "") -> None:
        super().__init__(f"{self.what} ({detail}); {fix or self.fix}")


class Unreachable(CameraError):
    what = "unreachable"
    fix = "check its power, network and address"


class InvalidResponse(CameraError):
    what = "answer is not proper HTTP"
    fix = "check its address, port and make; if they are right, its firmware"


class HttpError(CameraError):
    """`status` is the HTTP status that the camera sent, not one made up by aiohttp."""

    what = "refused"
    fix = "check its make: another make's path is often answered with 404"

    def __init__(self, status: int, detail: str, fix: str = "") -> None:
        super().__init__(f"{status} {detail}".strip(), fix)
        self.status = status


class LoginRejected(CameraError):
    what = "login rejected"
    fix = "check its username and password"


class NotAnImage(CameraError):
    what = "no complete JPEG"
    fix = "open its address in a browser; check its make and its snapshot settings"


class TooLarge(CameraError):
    what = "answer too large"
    fix = "lower its picture size, or check that its path is a still and not a video stream"


class FetcherBug(CameraError):
    what = "bug in the code for this make"
    fix = "see the traceback in the log and report it"


ErrorT = TypeVar("ErrorT", bound=CctvImagesError)


def drop_traceback(error: ErrorT) -> ErrorT:
    """The same error, to be stored: its traceback would keep all that its frames refer to, megabytes of body too."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
