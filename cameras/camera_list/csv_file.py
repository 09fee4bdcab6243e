"""CSV files written by people: any byte order mark, spaces and quotes are accepted, errors name file and line."""

import csv
import io
from collections.abc import Iterator

from cameras.errors import ConfigError
from cameras.text import quoted


def parse(content: bytes, where: str, known: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, {column: cell}) of each row; columns in lower case with `_` for spaces, cells stripped.

    ConfigError starts with `where`, such as CAMERA_LIST=/x.csv, and the line. If `known` is given, other columns are
    refused: a misspelt one would be ignored silently.
    """
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True, skipinitialspace=True)
        columns = [cell.strip().lower().replace(" ", "_") for cell in next(reader, [])]
        _check_columns(columns, known or tuple(columns), where)
        for cells in reader:
            if len(cells) > len(columns):
                raise ConfigError(
                    f"{where} line {reader.line_num}: {len(cells)} cells, but {len(columns)} columns; "
                    "put a cell that holds a comma in quotes"
                )
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(columns, map(str.strip, cells), strict=False))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except csv.Error as error:
        raise ConfigError(
            f"{where} line {reader.line_num}: {error}; fix the quotes in that line or above it"
        ) from error


def _check_columns(columns: list[str], known: tuple[str, ...], where: str) -> None:
    if "camera_id" not in columns:
        found = quoted(", ".join(columns))
        raise ConfigError(f"{where} line 1: no column camera_id in {found}; write the names of the columns there")
    if repeated := {column for column in columns if columns.count(column) > 1}:
        raise ConfigError(f"{where} line 1: column {quoted(min(repeated))} appears twice; remove one")
    if unknown := set(columns) - set(known):
        raise ConfigError(f"{where} line 1: unknown column {quoted(min(unknown))}; known: {', '.join(known)}")
