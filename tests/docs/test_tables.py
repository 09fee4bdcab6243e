"""The tables of the documentation are what the code says."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cameras.errors import CameraError, CctvImagesError
from cameras.makes import all_makes
from config import HERE, SETTINGS, names
from tests.process import PROGRAM

TOP = PROGRAM.parent
DOCS = TOP / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
FILES = [TOP / "process_images.py", *sorted((TOP / "cameras").rglob("*.py"))]


def settings_table() -> str:
    rows = []
    for row in SETTINGS:
        default = "" if row.default is None else f"`{_shown(row.default)}`"
        rows.append(f"| `{row.name.upper()}` | {default} | {row.metadata['help']} |")
    return "\n".join(rows)


def _shown(default: object) -> str:
    if isinstance(default, Path):
        return str(default.relative_to(HERE) if default.is_absolute() else default)
    if isinstance(default, bool):
        return "yes" if default else "no"
    return f"{default:g}" if isinstance(default, float) else str(default)


def errors_table() -> str:
    return "\n".join(f"| `{kind.__name__}` | {kind.what} | {kind.fix} |" for kind in CameraError.__subclasses__())


def makes_list() -> str:
    return ", ".join(f"`{make.name}`" for make in all_makes() if make.name != "Generic")


@pytest.mark.parametrize(
    ("page", "table"), [("settings.md", settings_table), ("operations.md", errors_table), ("cameras.md", makes_list)]
)
def test_table_is_what_the_code_says(page: str, table: Callable[[], str]) -> None:
    expected = table()
    assert expected in (DOCS / page).read_text(), f"docs/{page} should hold:\n{expected}"


def test_every_error_is_documented() -> None:
    kinds = [CctvImagesError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    leaves = [kind.__name__ for kind in kinds if not kind.__subclasses__()]
    assert [name for name in leaves if f"`{name}`" not in OPERATIONS] == []


def log_lines(path: Path) -> Iterator[tuple[str, str]]:
    """(level, message) of every log call with a literal message; what is filled in is shown as `…`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            level, texts = node.func.attr, [each.value for each in node.args if isinstance(each, ast.Constant)]
            if level in ("info", "warning", "error", "critical") and texts and isinstance(texts[0], str):
                yield level.upper(), re.sub(r"%[-.\d]*[a-z]", "…", texts[0])


def test_every_log_line_is_documented() -> None:
    shown = re.findall(r"^\| `(?:\w+ )?(.*?)`", OPERATIONS, re.MULTILINE)
    written = {message for path in FILES for _, message in log_lines(path) if re.search(r"[a-z]{3}", message)}
    assert {message for message in written if message not in shown} == set()


def test_dotenv_example_names_every_setting() -> None:
    example = (TOP / ".env.example").read_text()
    shown = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)
    assert set(names([])) <= set(shown)
    assert set(shown) <= {*names([make.prefix for make in all_makes()]), "AWS_DEFAULT_REGION"}


def test_every_named_test_exists() -> None:
    written = "".join(path.read_text() for path in (TOP / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", (DOCS / "guarantees.md").read_text()))
    assert len(named) > 10
    assert {name for name in named if f"def {name}(" not in written} == set()
