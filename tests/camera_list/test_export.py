import json
from pathlib import Path

import pytest

from cameras.camera_list import load_cameras
from cameras.camera_list.export import parse_export
from cameras.errors import ConfigError
from tests.camera_list.rows import a_source, some_rows


@pytest.mark.parametrize("name", ["list.json", "list.csv"])
async def test_file_replaces_the_portal(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    row = some_rows(1)[0]
    path.write_text(json.dumps([row]) if name.endswith("json") else f"{','.join(row)}\n{','.join(row.values())}\n")
    loaded = await load_cameras(a_source(tmp_path / "state", export_file=path))
    assert [(camera.id, camera.make) for camera in loaded.cameras] == [("0", "Axis")]
    assert not (tmp_path / "state").exists()  # nothing to cache


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[1, 2]", "is not a list of objects"),
        ("{", "is not JSON"),
        ('{"a": 1}', "is not a list of objects"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_file_that_is_not_a_list_is_named(content: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=rf"CAMERA_LIST=/x/list\.json {sentence}"):
        parse_export(content.encode(), Path("/x/list.json"))
