"""Rows of a CSV that a person wrote: any byte order mark, blanks and quotes are fine; what cannot be read is named by
file and line."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from cameras.errors import ConfigError
from cameras.text import quoted


def read(path: Path, setting: str, known: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, {column: cell}) of each row; columns lower case with `_` for blanks, cells stripped.

    ConfigError names `setting`, the file and the line. Columns other than `known`, if given, are refused: a misspelt
    one would be passed over in silence.
    """
    where = f"{setting}={path}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
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
    except OSError as error:
        raise ConfigError(f"{where}: {error.strerror}; check the path and its permissions") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except csv.Error as error:
        raise ConfigError(
            f"{where} line {reader.line_num}: {error}; mend the quotes in that line or one above it"
        ) from error


def _check_columns(columns: list[str], known: tuple[str, ...], where: str) -> None:
    if "camera_id" not in columns:
        found = quoted(", ".join(columns))
        raise ConfigError(
            f"{where} line 1: no column camera_id in {found}; name the columns there, with commas between"
        )
    if twice := {column for column in columns if columns.count(column) > 1}:
        raise ConfigError(f"{where} line 1: column {quoted(min(twice))} stands there twice; remove one")
    if unknown := set(columns) - set(known):
        raise ConfigError(f"{where} line 1: unknown column {quoted(min(unknown))}; known: {', '.join(known)}")
