"""The file that CAMERA_LIST names: an export of the dataset, JSON or CSV, of today or of years ago."""

import json
from pathlib import Path
from typing import Any

from cameras.camera_list import csv_file
from cameras.camera_list.dataset import Row
from cameras.errors import ConfigError

OLD_TITLES = {"camera_manufacturer": "camera_mfg"}  # a column's title in exports -> its name in the API


def read_export(path: Path) -> list[Row]:
    if path.suffix.lower() == ".json":
        return _read_json(path)
    return [
        {OLD_TITLES.get(column, column): cell for column, cell in row.items() if cell}
        for _, row in csv_file.read(path, "CAMERA_LIST")
    ]


def _read_json(path: Path) -> list[Row]:
    try:
        rows: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"CAMERA_LIST={path} cannot be read: {error}; export it again as JSON") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"CAMERA_LIST={path} is not a list of objects; export the dataset as JSON")
    return rows
