"""The file that CAMERA_LIST names: an export of the dataset, as JSON or CSV, in today's format or that of 2018."""

import json
from pathlib import Path
from typing import Any

from cameras.camera_list import csv_file
from cameras.camera_list.dataset import Row
from cameras.errors import ConfigError

SETTING = "CAMERA_LIST"
OLD_TITLES = {"camera_manufacturer": "camera_mfg"}  # a column's title in exports -> its name in the API


def parse_export(content: bytes, path: Path) -> list[Row]:
    """The rows: of JSON if the name of `path` ends with .json, else of CSV. ConfigError says what is wrong."""
    where = f"{SETTING}={path}"
    if path.suffix.lower() == ".json":
        return _parse_json(content, where)
    return [
        {OLD_TITLES.get(column, column): cell for column, cell in row.items() if cell}
        for _, row in csv_file.parse(content, where)
    ]


def _parse_json(content: bytes, where: str) -> list[Row]:
    try:
        rows: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where} is not JSON: {error}; export it again as JSON") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{where} is not a list of objects; export the dataset as JSON")
    return rows
