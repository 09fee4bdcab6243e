import asyncio
import json
import logging
import os
from pathlib import Path

import pytest

from cameras.errors import DocumentChanged, InvalidDocument, StateUnavailable
from cameras.state import Document, FolderDocuments
from cameras.storage.disk import Disk


@pytest.fixture
def documents(tmp_path: Path) -> FolderDocuments:
    return FolderDocuments(tmp_path / "state")


async def test_document_is_read_back_with_its_version_stored(documents: FolderDocuments) -> None:
    content = {
        "rules": [{"id": 1, "reason": 'a "quoted" VIP – visit'}, {}],
        "empty": [],
        "n": None,
        "by": {"a": 1, "b": [2]},
    }
    document = Document(documents, "rules", 3)
    assert await document.read() is None
    await document.write(content)
    assert await Document(documents, "rules", 3).read() == content
    stored = json.loads((documents.folder / "rules.json").read_bytes())
    assert stored == {"version": 3, **content}
    assert (documents.folder / "rules.json").stat().st_mode & 0o777 == 0o600


async def test_write_does_not_overwrite_a_change_by_another(documents: FolderDocuments) -> None:
    first, second = Document(documents, "x", 1), Document(documents, "x", 1)
    await first.write({"a": 1})
    with pytest.raises(DocumentChanged):
        await second.write({"a": 2})
    assert await second.read() == {"a": 1}
    await second.write({"a": 2})
    with pytest.raises(DocumentChanged):
        await first.write({"a": 3})
    assert await first.read() == {"a": 2}


async def test_of_many_concurrent_writers_one_wins_each_round(tmp_path: Path) -> None:
    async def increment(documents: FolderDocuments) -> None:
        document = Document(documents, "count", 1)
        while True:
            content = await document.read() or {"count": 0}
            try:
                return await document.write({"count": content["count"] + 1})
            except DocumentChanged:
                continue

    await asyncio.gather(*[increment(FolderDocuments(tmp_path)) for _ in range(20)])
    assert await Document(FolderDocuments(tmp_path), "count", 1).read() == {"count": 20}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"version": 2}', b'{"version": "x"}'])
async def test_document_that_cannot_be_understood_is_invalid(documents: FolderDocuments, content: bytes) -> None:
    documents.folder.mkdir()
    (documents.folder / "x.json").write_bytes(content)
    with pytest.raises(InvalidDocument):
        await Document(documents, "x", 1).read()


async def test_unreadable_document_is_set_aside_with_a_warning(
    documents: FolderDocuments, caplog: pytest.LogCaptureFixture
) -> None:
    documents.folder.mkdir()
    (documents.folder / "x.json").write_bytes(b"{")
    document = Document(documents, "x", 1)
    assert await document.read_or_set_aside() is None
    assert (documents.folder / "x.unreadable").read_bytes() == b"{"
    await document.write({"a": 1})
    assert await Document(documents, "x", 1).read() == {"a": 1}
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_document_without_a_version_is_of_the_first(documents: FolderDocuments) -> None:
    """The list cached by a release without format versions is still good."""
    documents.folder.mkdir()
    (documents.folder / "x.json").write_bytes(b'{"a": 1}')
    assert await Document(documents, "x", 1).read() == {"a": 1}


async def test_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnavailable, match="File exists; set STATE_DIRECTORY"):
        await Document(FolderDocuments(tmp_path / "file"), "x", 1).write({})


async def test_hung_disk_is_unavailable_at_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe without a writer behaves like a file server that is gone."""
    os.mkfifo(tmp_path / "x.json")
    documents = FolderDocuments(tmp_path, Disk(at_once=1, deadline=0.1))
    with pytest.raises(StateUnavailable, match="the disk does not respond"):
        await documents.read("x")
    (tmp_path / "x.json").open("w").close()


async def test_read_or_set_aside_leaves_a_document_that_is_unavailable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "x.json").mkdir()
    caplog.set_level(logging.WARNING)
    assert await Document(FolderDocuments(tmp_path), "x", 1).read_or_set_aside() is None
    assert (tmp_path / "x.json").is_dir()
    assert "Is a directory" in caplog.text
