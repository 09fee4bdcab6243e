from pathlib import Path
from types import ModuleType

import pytest

from cameras import makes
from cameras.errors import UnknownMake
from cameras.makes import Make, all_makes, find_make


def test_every_file_in_the_folder_is_a_make_with_a_test_of_its_own() -> None:
    tested = {path.stem.removeprefix("test_") for path in (Path(__file__).parent / "makes").glob("test_*.py")}
    assert {make.prefix.lower() for make in all_makes()} == tested


@pytest.mark.parametrize(
    "spelling", ["Spectra Enhanced", " spectra enhanced ", "SPECTRA ENHANCED", "Pelco Spectra Enhanced"]
)
def test_a_make_is_found_whatever_its_case_and_blanks(spelling: str) -> None:
    assert find_make(spelling).name == "Spectra Enhanced"


def test_an_unknown_make_is_named_safely() -> None:
    with pytest.raises(UnknownMake, match=r"'Nikon\\nFORGED' fits no file"):
        find_make("Nikon\nFORGED")


def test_a_name_without_its_comma_is_an_error_and_not_four_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("acme")
    module.NAMES = "Acme"  # type: ignore[attr-defined]
    monkeypatch.setattr(makes, "import_module", lambda _: module)
    with pytest.raises(TypeError, match=r"acme\.py: NAMES must be a tuple, such as \('Acme',\)"):
        makes._make("acme")


def test_two_makes_cannot_claim_one_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = Make("Twin", "TWIN", ("Twin", "AXIS"), all_makes()[0].fetch)
    monkeypatch.setattr(makes, "all_makes", lambda: (find_make("Axis"), twin))
    with pytest.raises(ValueError, match="Twin and Axis both claim the spelling axis"):
        makes._by_spelling.__wrapped__()
