"""The shape of the house: what may import what, and how long a story may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cameras

TOP = Path(cameras.__file__).parent.parent
FILES = sorted([TOP / "process_images.py", TOP / "config.py", *(TOP / "cameras").rglob("*.py")])
assert cameras.__doc__
ORDER = [line.split()[0] for line in cameras.__doc__.splitlines()[2:] if line]


def _imported(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports at its top: the first word below `cameras`, or `config`."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (
                name.removeprefix("cameras.").split(".")[0] for name in names if name.split(".")[0] == "cameras"
            )
            yield from ("config" for name in names if name.split(".")[0] == "config")


def _place(path: Path) -> str:
    relative = path.relative_to(TOP).with_suffix("").parts
    return relative[1] if relative[0] == "cameras" else relative[0]


def test_the_map_of_the_package_names_every_module_once() -> None:
    modules = {_place(path) for path in FILES} - {"__init__", "process_images"}
    assert sorted(ORDER) == sorted(modules)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_a_module_imports_only_from_lines_above_its_own(path: Path) -> None:
    place = _place(path)
    if place not in ORDER:
        return
    for name in _imported(path):
        if name != place:
            assert ORDER.index(name) < ORDER.index(place), f"{place} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_a_file_is_one_idea_and_a_function_one_screen(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 160
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0
            assert length <= 22, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_only_the_entry_point_reads_the_environment_and_the_command_line(path: Path) -> None:
    if path.name != "process_images.py":
        assert "os.environ" not in path.read_text()
        assert "sys.argv" not in path.read_text()


def test_a_bug_is_caught_broadly_where_we_meet_others_code_alone() -> None:
    broad = [path.name for path in FILES if "except Exception" in path.read_text()]
    assert broad == ["s3.py", "thumbnail.py"]
