"""Import rules that import-linter does not check, and where broad handlers are allowed."""

import re
from pathlib import Path

import pytest

import cameras

TOP = Path(cameras.__file__).parent.parent
FILES = sorted([TOP / "process_images.py", TOP / "config.py", *(TOP / "cameras").rglob("*.py")])
PACKAGES = sorted(path.parent for path in (TOP / "cameras").glob("*/__init__.py"))


def _listed(docstring: str) -> list[str]:
    """The names that begin the lines of a docstring's table: two spaces or more follow each."""
    return re.findall(r"^(\w+) {2,}\S", docstring, re.MULTILINE)


def _modules(package: Path) -> list[str]:
    found = [path.stem for path in package.glob("*.py") if path.stem != "__init__"]
    return sorted(found + [path.parent.name for path in package.glob("*/__init__.py")])


def test_map_names_every_module_of_the_package() -> None:
    assert sorted(_listed(cameras.__doc__ or "")) == _modules(TOP / "cameras")


@pytest.mark.parametrize("package", [path for path in PACKAGES if path.name != "makes"], ids=lambda path: path.name)
def test_docstring_of_a_package_names_its_modules(package: Path) -> None:
    docstring = (package / "__init__.py").read_text().split('"""')[1]
    assert sorted(_listed(docstring)) == _modules(package)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_only_the_entry_point_reads_environment_and_argv(path: Path) -> None:
    if path.name != "process_images.py":
        assert "os.environ" not in path.read_text()
        assert "sys.argv" not in path.read_text()


def test_broad_handlers_only_at_the_two_boundaries() -> None:
    broad = [path.name for path in FILES if "except Exception" in path.read_text()]
    assert broad == ["s3.py", "thumbnail.py"]


def test_no_private_name_of_a_library_is_used() -> None:
    """`self._x` and `cls._x` are ours; any other name that begins with `_` behind a dot is of another module."""
    private = re.compile(r"(?<!self)(?<!cls)\._[a-z]\w*")
    found = {(path.name, name) for path in FILES for name in private.findall(path.read_text())}
    assert found == set()
