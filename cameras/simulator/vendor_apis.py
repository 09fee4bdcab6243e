"""Which requests each make's cameras answer, from the vendors' documents and not from our fetchers.

A make without a row here answers every path, so adding a make needs no change here; a row makes it strict.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cameras.simulator.scene import SIZE

Query = Mapping[str, str]
Size = tuple[int, int]
FULL: Size = (1280, 720)
MAC = "00-1B-C5-09-A2-7F"


class RefusedSizeError(Exception):
    """The camera cannot scale to the requested size."""


def fixed(_: Query) -> Size:
    return SIZE


def width_height(width: str, height: str) -> Callable[[Query], Size]:
    return lambda query: (int(query[width]), int(query[height])) if width in query else FULL


def listed(parameter: str, *sizes: str) -> Callable[[Query], Size]:
    """Only these sizes, written WxH."""

    def size(query: Query) -> Size:
        if parameter not in query:
            return FULL
        if query[parameter] not in sizes:
            raise RefusedSizeError
        width, height = query[parameter].split("x")
        return int(width), int(height)

    return size


def named(parameter: str, **sizes: Size) -> Callable[[Query], Size]:
    """Only these names of sizes."""

    def size(query: Query) -> Size:
        if parameter in query and query[parameter] not in sizes:
            raise RefusedSizeError
        return sizes[query[parameter]] if parameter in query else FULL

    return size


@dataclass(frozen=True)
class Api:
    """How one make serves its still."""

    path: str = ""  # empty: any
    required: Query = field(default_factory=dict)  # what the query must contain
    size: Callable[[Query], Size] = fixed  # of the picture, in pixels
    offers: tuple[str, ...] = ("Digest MD5",)  # of a 401, see LoginCheck; empty: no login needed
    joined: bool = False  # all offers in one header
    tls: bool = False  # https only


_HIKVISION = Api(
    "/ISAPI/Streaming/channels/101/picture",
    size=width_height("videoResolutionWidth", "videoResolutionHeight"),
    offers=("Basic", "Digest MD5"),
)
_PELCO = Api("/jpeg", {"id": "2"}, offers=())
_DAHUA = Api("/cgi-bin/snapshot.cgi")
APIS = {
    "Advidia": _HIKVISION,
    "Amcrest": _DAHUA,
    "Avigilon": Api("/media/still.jpg"),
    "Axis": Api("/axis-cgi/jpg/image.cgi", size=listed("resolution", "1280x720", "640x480", "320x240")),
    "Bosch": Api("/snap.jpg", size=named("JpegSize", S=(176, 144), M=(352, 288), XL=(704, 576))),
    "Dahua": _DAHUA,
    "GRIDSMART": Api(f"/api/camera/{MAC}", offers=(), tls=True),
    "Hikvision": _HIKVISION,
    "i-PRO": Api("/cgi-bin/camera", size=named("resolution", **{"640": (640, 360), "320": (320, 180)})),
    "Mobotix": Api("/cgi-bin/image.jpg", size=listed("size", "640x480"), offers=("Basic",)),
    "Pelco": _PELCO,
    "Sarix": _PELCO,
    "Sony": Api("/jpeg/vga.jpg", offers=("Basic", "Digest MD5"), joined=True),
    "Spectra Enhanced": _PELCO,
    "Uniview": Api("/onvif-http/snapshot", {"channel": "1"}, offers=("Digest MD5-sess",)),
    "Vivotek": Api("/cgi-bin/viewer/video.jpg", size=listed("resolution", "640x360"), offers=("Basic",)),
    "Wisenet": Api(
        "/stw-cgi/video.cgi",
        {"msubmenu": "snapshot", "action": "view"},
        offers=("Digest SHA-256", "Digest MD5"),
    ),
}
ANY = Api()
