"""README.md and docs/ as documents: length, links, named files, and commands that can be typed."""

import os
import re
import shlex
from pathlib import Path

import pytest

from cameras.commands.command_line import COMMANDS, parser
from tests.process import PROGRAM

TOP = PROGRAM.parent
PAGES = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
EXAMPLES = {"tests/makes/test_acme_view.py", "cameras/makes/acme_view.py"}


def page_id(path: Path) -> str:
    return str(path.relative_to(TOP))


def anchors(path: Path) -> set[str]:
    """The headings of a page, as GitHub turns them into anchors."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code(text: str) -> list[str]:
    """Lines of indented code, and inline code."""
    indented = re.findall(r"^ {4,}(.*?)(?: {2,}#.*)?$", text, re.MULTILINE)
    return indented + re.findall(r"`([^`\n]+)`", text)


def test_readme_takes_five_minutes() -> None:
    lines = (TOP / "README.md").read_text().splitlines()
    assert len(lines) <= 150
    assert max(map(len, lines)) <= 120


def test_readme_links_every_page() -> None:
    linked = set(re.findall(r"\]\((docs/[\w.]+\.md)", (TOP / "README.md").read_text()))
    assert linked == {page_id(path) for path in PAGES[1:]}


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_named_file_exists(page: Path) -> None:
    named = re.findall(r"(?<![\w/.])((?:cameras|scripts|tests|docs)/[\w/.-]*[\w/])", " ".join(code(page.read_text())))
    assert {name for name in named if name not in EXAMPLES and not (TOP / name).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_named_script_is_executable(page: Path) -> None:
    named = {TOP / name for name in re.findall(r"scripts/[\w-]+(?![\w.])", " ".join(code(page.read_text())))}
    assert {path for path in named if not os.access(path, os.X_OK)} == set()


def test_every_command_is_documented() -> None:
    operations = (TOP / "docs/operations.md").read_text()
    assert {name for name in COMMANDS if not re.search(rf"^\| `{name}[` ]", operations, re.MULTILINE)} == set()


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_can_be_typed(page: Path) -> None:
    """Placeholders are written in capitals: ID, ADDRESS, HOST."""
    for line in code(page.read_text()):
        command = re.match(r"(?:cctv-images|\.venv/bin/python process_images\.py)(?: (.*))?$", line)
        if command and command[1] != "COMMAND" and command[0] != "cctv-images":
            parser().parse_args(shlex.split((command[1] or "").replace("ID", "105").replace("ADDRESS", "10.1.2.3")))
