"""The README is kept true: its tables are what the code says."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cameras.camera import make_id
from cameras.errors import CameraError, CctvImagesError
from cameras.makes import all_makes, by_spelling, load_makes, make_names
from config import HERE, SETTINGS, names
from tests.process import PROGRAM
from tests.typing import RequestsOf

README = (PROGRAM.parent / "README.md").read_text()
ERRORS = [kind.__name__ for kind in (*CctvImagesError.__subclasses__(), *CameraError.__subclasses__())]
ERRORS.remove("CameraError")
LEAVES: list[type[CameraError]] = CameraError.__subclasses__()


def settings_table() -> str:
    rows = []
    for row in SETTINGS:
        default = "" if row.default is None else f"`{_shown(row.default)}`"
        rows.append(f"| `{row.name.upper()}` | {default} | {row.metadata['help']} |")
    return "\n".join(rows)


def errors_table() -> str:
    return "\n".join(f"| `{kind.__name__}` | {kind.what} | {kind.fix} |" for kind in LEAVES)


def makes_list() -> str:
    return ", ".join(f"`{name}`" for name in make_names() if name != "Generic")


def _shown(default: object) -> str:
    if isinstance(default, Path):
        return str(default.relative_to(HERE) if default.is_absolute() else default)
    if isinstance(default, bool):
        return "yes" if default else "no"
    return f"{default:g}" if isinstance(default, float) else str(default)


@pytest.mark.parametrize("table", [settings_table, errors_table, makes_list])
def test_a_table_of_the_readme_is_what_the_code_says(table: Callable[[], str]) -> None:
    expected = table()
    assert expected in README, f"the README should hold:\n{expected}"


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


def test_the_example_of_dotenv_names_every_setting() -> None:
    example = (PROGRAM.parent / ".env.example").read_text()
    shown = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)
    assert set(names([])) <= set(shown)
    assert set(shown) <= {*names([make.prefix for make in all_makes()]), "AWS_DEFAULT_REGION"}


@pytest.mark.parametrize(
    "command", re.findall(r"^ {4}(?:\.venv/bin/python )?((?:scripts/|process_)\S+)", README, re.MULTILINE)
)
def test_every_command_of_the_readme_exists(command: str) -> None:
    assert (PROGRAM.parent / command).exists()


def test_every_file_that_the_readme_names_exists() -> None:
    for name in re.findall(r"`((?:cameras|scripts|tests)/[\w/.-]+)`", README):
        assert name == "tests/makes/test_acme_view.py" or (PROGRAM.parent / name).exists(), name


def test_every_link_within_the_readme_leads_somewhere() -> None:
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", README, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings


async def test_the_make_that_the_readme_adds_works(requests_of: RequestsOf, tmp_path: Path) -> None:
    """Loaded as from cameras/makes/, and run with the README's own test."""
    make, test = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "acme_view.py").write_text(make)
    makes = by_spelling(load_makes(tmp_path))
    namespace: dict[str, Any] = {}
    exec(test, namespace)
    (test_function,) = [value for name, value in namespace.items() if name.startswith("test_")]
    await test_function(lambda name: requests_of(makes[make_id(name)]))


def test_every_test_that_the_readme_names_exists() -> None:
    written = "".join(path.read_text() for path in (PROGRAM.parent / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", README))
    assert len(named) > 10
    assert {name for name in named if f"def {name}(" not in written} == set()
