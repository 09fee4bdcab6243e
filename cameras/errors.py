"""What can go wrong and somebody can act on.

CctvImagesError
├── ConfigError        a setting, a CSV or the camera list must be mended first: exit status 2
├── DatasetError       the camera list cannot be had now: exit status 1, trying again may help
├── FleetStopped       every camera has stopped: exit status 1, a restart revives them
├── StoreError         the bucket or folder did not take a picture; or there are no credentials now: exit status 1
└── CameraError        one camera gave no picture this cycle
    ├── Unreachable    no connection, no answer in time, or cut off
    ├── Garbled        it answers, but not in HTTP
    ├── Refused        it answers with an HTTP status other than 200
    ├── LoginRejected  it wants a login that we do not have or that it does not accept
    ├── NotAnImage     it answers 200, but not with a whole JPEG
    ├── TooLarge       its answer exceeds the body limit
    ├── UnknownMake    no file in cameras/makes/ fits its make
    └── FetcherBug     our own code for its make failed: see the traceback in the log

A leaf exists because somebody reads it: its name is the label in the summary and the heading in the README's
troubleshooting table. A message may quote what a camera sent, through `quote`; it never holds a secret.
"""

from typing import ClassVar, TypeVar


class CctvImagesError(Exception):
    """Root of the tree. `exit_status` is what the process ends with when the error ends it."""

    exit_status: ClassVar[int] = 1


class ConfigError(CctvImagesError):
    exit_status = 2


class DatasetError(CctvImagesError):
    pass


class FleetStopped(CctvImagesError):
    pass


class StoreError(CctvImagesError):
    """`unanswered` is the number of attempts that were sent and not answered: the store may still apply them."""

    def __init__(self, message: str, unanswered: int = 0) -> None:
        super().__init__(message)
        self.unanswered = unanswered


class CameraError(CctvImagesError):
    """`what (detail); mend` is one sentence for an operator: what happened, how we know, what to do."""

    what: ClassVar[str]
    mend: ClassVar[str]

    def __init__(self, detail: str, mend: str = "") -> None:
        super().__init__(f"{self.what} ({detail}); {mend or self.mend}")


class Unreachable(CameraError):
    what = "unreachable"
    mend = "check its power, network and address"


class Garbled(CameraError):
    what = "answer is not proper HTTP"
    mend = "check its address, port and make; if they are right, its firmware"


class Refused(CameraError):
    """`status` is the HTTP status that the camera itself sent, never a parser's invention."""

    what = "refused"
    mend = "check its make: another make's path is often answered with 404"

    def __init__(self, status: int, detail: str, mend: str = "") -> None:
        super().__init__(f"{status} {detail}".strip(), mend)
        self.status = status


class LoginRejected(CameraError):
    what = "login rejected"
    mend = "check its username and password"


class NotAnImage(CameraError):
    what = "no whole JPEG"
    mend = "open its address in a browser; check its make and its snapshot settings"


class TooLarge(CameraError):
    what = "answer too large"
    mend = "lower its picture size, or check that its path is a still and not a video stream"


class UnknownMake(CameraError):
    what = "unknown make"
    mend = "correct the make in the camera list, or give a path in CAMERA_ADDRESSES"


class FetcherBug(CameraError):
    what = "bug in the code for this make"
    mend = "see the traceback in the log and report it"


Kept = TypeVar("Kept", bound=CctvImagesError)


def bare(error: Kept) -> Kept:
    """The error alone, to be remembered: a traceback holds on to all that its frames knew, megabytes of body too."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def plain(untrusted: bytes | str, limit: int = 60) -> str:
    """As `quote`, without the quotes."""
    return ascii((untrusted.decode("latin-1") if isinstance(untrusted, bytes) else untrusted)[:limit])[1:-1]


def quote(untrusted: bytes | str, limit: int = 60) -> str:
    """What a camera or a dataset sent, made safe for a log line: one line, ASCII, at most about `limit` characters."""
    text = untrusted.decode("latin-1") if isinstance(untrusted, bytes) else untrusted
    return ascii(text[:limit]) + ("…" if len(text) > limit else "")
