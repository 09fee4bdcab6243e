"""Untrusted text made safe for one line of a log, and durations for people."""

from collections.abc import Sequence
from datetime import timedelta


def printable(untrusted: bytes | str, limit: int = 60) -> str:
    """At most `limit` characters of `untrusted` as one line of ASCII; anything else in it is escaped."""
    return ascii(_decoded(untrusted)[:limit])[1:-1]


def quoted(untrusted: bytes | str, limit: int = 60) -> str:
    """As `printable`, in quotes, with `…` behind them if it was longer than `limit`."""
    text = _decoded(untrusted)
    return ascii(text[:limit]) + ("…" if len(text) > limit else "")


def human_readable(duration: timedelta) -> str:
    """`40 s`, `12 min`, `5.3 hours` or `3.1 days`; `0 s` for a negative one, as after the clock was set back."""
    seconds = max(0.0, duration.total_seconds())
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def shortened(items: Sequence[str], limit: int) -> str:
    """`7, 12, 99 and 300 more`."""
    more = f" and {len(items) - limit:,} more" if len(items) > limit else ""
    return ", ".join(items[:limit]) + more


def _decoded(untrusted: bytes | str) -> str:
    return untrusted.decode("latin-1") if isinstance(untrusted, bytes) else untrusted
