from pathlib import Path

import pytest

from cameras.connection import Connection
from cameras.errors import UnknownMake
from cameras.makes import Make, all_makes, by_spelling, find_make, is_known, load_makes, make_names

FETCH = """
async def fetch(camera):
    return await camera.get("/snap.jpg")
"""


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/snap.jpg")


def test_every_file_is_a_make_with_a_test_of_its_own() -> None:
    tested = {path.stem.removeprefix("test_") for path in (Path(__file__).parent / "makes").glob("test_*.py")}
    assert {make.prefix.lower() for make in all_makes()} == tested
    assert len(make_names()) == len(set(make_names())) == len(tested)


@pytest.mark.parametrize(
    "spelling", ["Spectra Enhanced", " spectra enhanced ", "SPECTRA ENHANCED", "Pelco Spectra Enhanced"]
)
def test_case_and_spaces_of_a_make_do_not_matter(spelling: str) -> None:
    assert find_make(spelling).name == "Spectra Enhanced"
    assert is_known(spelling)


def test_unknown_make_is_quoted_safely() -> None:
    with pytest.raises(UnknownMake, match=r"unknown make 'Nikon\\nFORGED'"):
        find_make("Nikon\nFORGED")
    assert not is_known("Nikon\nFORGED")


def test_makes_are_loaded_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "acme_view.py").write_text(f'NAMES = ("ACME view", "Acme"){FETCH}')
    (tmp_path / "acme.py").write_text(FETCH)
    (tmp_path / "_shared.py").write_text("not a make")
    acme, acme_view = load_makes(tmp_path)
    assert (acme.name, acme.prefix, acme.spellings) == ("Acme", "ACME", ("Acme",))
    assert (acme_view.name, acme_view.prefix) == ("ACME view", "ACME_VIEW")
    assert acme_view.spellings == ("ACME view", "Acme", "Acme View")
    assert acme.fetch is not acme_view.fetch


def test_names_without_a_comma_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "acme.py").write_text(f'NAMES = ("Acme"){FETCH}')
    with pytest.raises(TypeError, match=r"acme\.py: NAMES must be a tuple, such as \('Acme',\)"):
        load_makes(tmp_path)


def test_file_in_capitals_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "Acme.py").write_text(FETCH)
    with pytest.raises(ValueError, match=r"Acme\.py: name the file acme\.py, in lower case"):
        load_makes(tmp_path)


def test_file_that_cannot_be_imported_raises(tmp_path: Path) -> None:
    (tmp_path / "acme.py").write_text("import acme_sdk_that_does_not_exist")
    with pytest.raises(ModuleNotFoundError, match="acme_sdk"):
        load_makes(tmp_path)


def test_two_makes_cannot_share_a_spelling() -> None:
    twin = Make("Twin", "TWIN", ("Twin", "AXIS"), fetch)
    with pytest.raises(ValueError, match="Twin and Axis share the spelling axis"):
        by_spelling([find_make("Axis"), twin])
