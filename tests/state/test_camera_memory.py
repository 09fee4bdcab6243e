import asyncio
import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cameras.camera import Login
from cameras.state import FolderDocuments, open_memory

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
LOGIN, OTHER = Login("viewer", "hunter2-secret", "CAMERA_USERNAME"), Login("viewer", "changed", "CAMERA_USERNAME")


async def test_what_is_remembered_survives_the_process(tmp_path: Path) -> None:
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        memory.record_live("105", NOW)
        await memory.publish("105")
        await memory.add_rejection("106", LOGIN, NOW)
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        assert (memory["105"].last_live, memory["105"].published) == (NOW, True)
        assert await memory.rejections("106", LOGIN) == [NOW]
        assert await memory.rejections("105", LOGIN) == []


async def test_rejection_is_stored_before_the_next_attempt(tmp_path: Path) -> None:
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        await memory.add_rejection("105", LOGIN, NOW)
        async with open_memory(FolderDocuments(tmp_path)) as another:
            assert await another.rejections("105", LOGIN) == [NOW]


async def test_changed_login_starts_from_zero(tmp_path: Path) -> None:
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        for minute in range(3):
            await memory.add_rejection("105", LOGIN, NOW + timedelta(minutes=minute))
        assert len(await memory.rejections("105", LOGIN)) == 3
        assert await memory.rejections("105", OTHER) == []
        await memory.add_rejection("105", OTHER, NOW)
        assert await memory.rejections("105", OTHER) == [NOW]
        assert await memory.rejections("105", LOGIN) == []


async def test_no_login_is_stored(tmp_path: Path) -> None:
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        await memory.add_rejection("105", LOGIN, NOW)
    stored = (tmp_path / "cameras.json").read_text()
    assert "105" in stored
    assert "hunter2" not in stored
    assert "viewer" not in stored


async def test_salt_differs_between_documents(tmp_path: Path) -> None:
    digests = set()
    for folder in ("a", "b"):
        async with open_memory(FolderDocuments(tmp_path / folder)) as memory:
            await memory.add_rejection("105", LOGIN, NOW)
            digests.add(memory["105"].login)
    assert len(digests) == 2


async def test_many_rejections_at_once_share_writes(tmp_path: Path) -> None:
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        await asyncio.gather(*[memory.add_rejection(str(number), LOGIN, NOW) for number in range(200)])
        async with open_memory(FolderDocuments(tmp_path)) as another:
            assert all([await another.rejections(str(number), LOGIN) for number in range(200)])


async def test_forgotten_camera_is_not_stored(tmp_path: Path) -> None:
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        await memory.publish("105")
        memory.forget("105")
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        assert memory.published() == set()


async def test_state_that_cannot_be_written_is_a_warning_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    async with open_memory(FolderDocuments(tmp_path / "file")) as memory:
        await memory.add_rejection("105", LOGIN, NOW)
        await memory.add_rejection("105", LOGIN, NOW)
        assert await memory.rejections("105", LOGIN) == [NOW, NOW]
    assert sum("cameras continue" in message for message in caplog.messages) == 1


async def test_writer_that_came_between_is_overwritten(tmp_path: Path) -> None:
    """Only a command may have written meanwhile: this process knows more."""
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        await memory.add_rejection("105", LOGIN, NOW)
        (tmp_path / "cameras.json").write_text('{"version": 1}')
        await memory.add_rejection("105", LOGIN, NOW)
        await memory.save()
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        assert await memory.rejections("105", LOGIN) == [NOW, NOW]


class ContestedDocuments(FolderDocuments):
    """Another process writes just before each write."""

    async def write(self, name: str, content: bytes, expected: str | None) -> str:
        await super().write(name, b'{"version": 1, "at": "%s"}' % secrets.token_hex().encode(), expected)
        return await super().write(name, content, expected)


async def test_writers_that_keep_coming_between_end_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_memory(ContestedDocuments(tmp_path)) as memory:
        await memory.add_rejection("105", LOGIN, NOW)
        assert await memory.rejections("105", LOGIN) == [NOW]
    assert "changed by another process" in caplog.text


@pytest.mark.parametrize(
    "stored",
    [
        {"cameras": []},
        {"cameras": {"../x": {}, "105": []}},
        {"cameras": {"105": {"last_live": 7, "rejections": "x", "login": 3, "published": "yes"}}},
    ],
)
async def test_content_of_another_shape_is_dropped(tmp_path: Path, stored: dict[str, object]) -> None:
    (tmp_path / "cameras.json").write_text(json.dumps({"version": 1, **stored}))
    async with open_memory(FolderDocuments(tmp_path)) as memory:
        assert await memory.rejections("105", LOGIN) == []
        assert memory["105"].last_live is None
        assert not memory["105"].published
