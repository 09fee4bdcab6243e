"""What the templates show about the fleet besides the plain values of Fleet and Status."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cameras.text import human_readable
from cameras.watch import Fleet, State, Status

ORDER: tuple[State, ...] = ("failing", "stopped", "waiting", "live")  # what needs attention comes first


@dataclass(frozen=True)
class Filter:
    """Which cameras to show; an empty field matches all."""

    state: str = ""  # or "frozen"
    make: str = ""
    error: str = ""  # the class's name
    text: str = ""  # part of id, place, make or error, in any case

    def matches(self, status: Status) -> bool:
        camera = status.camera
        searched = f"{camera.id} {camera.place} {camera.make} {status.error or ''}".lower()
        return (
            self.state in ("", status.state, "frozen" if status.frozen else "")
            and self.make in ("", camera.make)
            and self.error in ("", type(status.error).__name__)
            and self.text.lower() in searched
        )


@dataclass(frozen=True)
class PageModel:
    """The fleet, and how to show it."""

    fleet: Fleet
    pictures: str | None  # where the URLs of pictures begin: https://example.org, or "" for this server; None: nowhere
    show_addresses: bool = False

    def image(self, status: Status) -> str | None:
        """The URL of the camera's picture. It changes with each picture, so a browser may cache it."""
        if self.pictures is None or not status.shown_at:
            return None
        return f"{self.pictures}/image/{quote(status.camera.id)}.jpg?v={status.shown_at.timestamp():.0f}"

    def elapsed(self, moment: datetime) -> str:
        """`12 min`, since then."""
        return human_readable(self.fleet.now() - moment)

    def ago(self, moment: datetime | None) -> str:
        """`12 min ago`, or `never`."""
        return f"{self.elapsed(moment)} ago" if moment else "never"

    def ahead(self, moment: datetime | None) -> str:
        """`in 40 s`; `now` when it is due or its time is not known yet."""
        wait = moment - self.fleet.now() if moment else timedelta(0)
        return f"in {human_readable(wait)}" if wait > timedelta(0) else "now"


def group_by_state(statuses: list[Status]) -> list[tuple[State, list[Status]]]:
    """(state, cameras) in ORDER, without empty groups. First in a group: the longest offline, or frozen ones."""
    groups = {state: [status for status in statuses if status.state == state] for state in ORDER}
    for state in ("failing", "stopped"):
        groups[state].sort(key=lambda status: status.failing_since or datetime.max.replace(tzinfo=UTC))
    groups["live"].sort(key=lambda status: not status.frozen)
    return [(state, members) for state, members in groups.items() if members]
