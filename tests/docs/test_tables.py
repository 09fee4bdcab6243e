"""The tables of the documentation are what the code says."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cameras.camera import make_id
from cameras.errors import CameraError, CctvImagesError
from cameras.makes import all_makes, by_spelling, load_makes
from config import HERE, SETTINGS, names
from tests.process import PROGRAM
from tests.typing import RequestsOf

TOP = PROGRAM.parent
DOCS = TOP / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
FILES = [TOP / "process_images.py", *sorted((TOP / "cameras").rglob("*.py"))]
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
PLACEHOLDER = re.compile(r"%[-.\d]*[a-z]")
RENDERED = {
    "status.camera": "camera …",
    "camera": "camera …",
    "versions()": "cctv-images …",
    "self.fleet.summary()": "live …",
}
OTHER_LINES = {  # of a library, or not written by logging
    "Requests made without an app_token will be subject to strict throttling limits.",
    "… lines lost",
    "… lines of this file were dropped while its disk did not keep up",
    "camera …: recovered after …",  # these three are given to TransitionLog, which logs `camera …: …`
    "camera …: stopped: …; then `cctv-images revive …` tries it again",
    "camera …: login rejected (… times until … UTC, before this start); not tried again before … UTC, …",
}


def settings_table() -> str:
    rows = []
    for row in SETTINGS:
        default = "" if row.default in (None, frozenset()) else f"`{_shown(row.default)}`"
        rows.append(f"| `{row.name.upper()}` | {default} | {row.metadata['help']} |")
    return "\n".join(rows)


def _shown(default: object) -> str:
    if isinstance(default, Path):
        return str(default.relative_to(HERE) if default.is_absolute() else default)
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, frozenset):
        return " ".join(sorted(default))
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
    """(level, message) of every log call, as the message looks in a log; the level is "" if it is computed.

    Placeholders are shown as `…`, with the words that they stand for if RENDERED knows them.
    """
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr="log"), args=[_, message, *values]):
                yield "", _rendered(message, values)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=[message, *values]) if (
                level.upper() in LEVELS
            ):
                yield level.upper(), _rendered(message, values)


def _rendered(message: ast.expr, values: list[ast.expr]) -> str:
    assert isinstance(message, ast.Constant), f"a log message must be a literal: {ast.unparse(message)}"
    shown = (RENDERED.get(ast.unparse(value), "…") for value in values)
    return PLACEHOLDER.sub(lambda _: next(shown), str(message.value))


def documented_lines() -> dict[str, str]:
    """message -> level, from the table of log lines."""
    section = OPERATIONS.partition("## Log lines")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ``?(?:([A-Z]+) )?(.*?)``? \|", section, re.MULTILINE)
    return {message: level for level, message in rows}


def test_log_lines_are_those_of_the_code() -> None:
    documented = documented_lines()
    written = [line for path in FILES for line in log_lines(path)]
    assert len(written) > 20
    unknown = {
        (level, message) for level, message in written if documented.get(message) not in ([level] if level else LEVELS)
    }
    assert unknown == set(), "not in the table of docs/operations.md, or with another level"
    assert set(documented) - {message for _, message in written} == OTHER_LINES


def test_dotenv_example_names_every_setting() -> None:
    example = (TOP / ".env.example").read_text()
    shown = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)
    assert set(names([])) <= set(shown)
    assert set(shown) <= {*names([make.prefix for make in all_makes()]), "AWS_DEFAULT_REGION"}


async def test_make_in_the_readme_passes_its_own_test(requests_of: RequestsOf, tmp_path: Path) -> None:
    """The make is loaded as one from cameras/makes/; its test is in docs/contributing.md."""
    (make,) = _python((TOP / "README.md").read_text())
    (test,) = _python((DOCS / "contributing.md").read_text())
    (tmp_path / "acme_view.py").write_text(make)
    makes = by_spelling(load_makes(tmp_path))
    namespace: dict[str, Any] = {}
    exec(test, namespace)
    (test_function,) = [value for name, value in namespace.items() if name.startswith("test_")]
    await test_function(lambda name: requests_of(makes[make_id(name)]))


def _python(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


def test_every_named_test_exists() -> None:
    written = "".join(path.read_text() for path in (TOP / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", (DOCS / "guarantees.md").read_text()))
    assert len(named) > 10
    assert {name for name in named if f"def {name}(" not in written} == set()
