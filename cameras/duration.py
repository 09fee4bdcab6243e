"""A length of time in words."""

from datetime import timedelta


def spoken(length: timedelta) -> str:
    """`40 s`, `12 min`, `5.3 hours` or `3.1 days`; `0 s` where the clock was set back meanwhile."""
    seconds = max(0.0, length.total_seconds())
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"
