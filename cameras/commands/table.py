"""The table that commands print."""

from collections.abc import Iterable

Row = tuple[str, int, str]  # name, count, remark


def table(rows: Iterable[Row]) -> str:
    """One line per row: names aligned left, counts right; an empty remark leaves no trailing spaces."""
    rows = list(rows)
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(f"{name:<{width}}  {count:>6}  {remark}".rstrip() for name, count, remark in rows)
