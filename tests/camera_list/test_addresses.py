from pathlib import Path

import pytest

from cameras.camera import Address
from cameras.camera_list.addresses import Override, parse_overrides
from cameras.errors import ConfigError


def _parse(text: str, encoding: str = "utf-8") -> dict[str, Override]:
    return parse_overrides(text.encode(encoding), Path("/x/a.csv"))


def test_all_columns_are_read() -> None:
    text = "camera_id,address,make,username,password,path,publish\n7,10.0.0.7:81,axis,viewer,s3cret,,yes\n"
    row = _parse(text)["7"]
    assert (row.address, row.make, row.path, row.publish) == (Address("10.0.0.7", 81), "Axis", None, True)
    assert row.login
    assert (row.login.username, row.login.password) == ("viewer", "s3cret")


def test_byte_order_mark_spaces_quotes_and_empty_lines_are_fine() -> None:
    text = '\ufeffCamera ID , Address\r\n "7", 10.0.0.7 \r\n\r\n , \r\n8\r\n'
    rows = _parse(text)
    assert rows["7"].address == Address("10.0.0.7")
    assert rows["8"].address is None


def test_path_makes_the_camera_generic() -> None:
    rows = _parse("camera_id,path\n7,/still.jpg?size=1\n")
    assert (rows["7"].make, rows["7"].path) == ("Generic", "/still.jpg?size=1")


def test_address_may_have_a_scheme() -> None:
    rows = _parse("camera_id,address\n7,https://10.0.0.7:8443\n8,HTTP://cam8\n")
    assert rows["7"].address == Address("10.0.0.7", 8443, "https")
    assert rows["8"].address == Address("cam8", scheme="http")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",10.0.0.7,,,,,", "line 2: no camera_id"),
        ("../7,10.0.0.7,,,,,", "line 2: camera_id '../7' must be letters"),
        ('"7\nFORGED",10.0.0.7,,,,,', "line 3: camera_id '7\\nFORGED' must be letters"),
        ("7,10.0.0,,,,,", "line 2: address '10.0.0': not an IPv4"),
        ("7,http://u:s3cret@h/,,,,,", "line 2: address must be a bare host"),
        ("7,https://h/s3cret,,,,,", "line 2: address must be a bare host"),
        ("7,10.0.0.7,Nikon,,,,", "line 2: unknown make 'Nikon'; use a make that docs/cameras.md lists"),
        ("7,10.0.0.7,,viewer,,,", "line 2: username and password go together"),
        ("7,10.0.0.7,,a:b,s3cret,,", "line 2: a username cannot contain a colon"),
        ("7,10.0.0.7,Axis,,,/x,", "line 2: a path goes with the make Generic"),
        ("7,10.0.0.7,Generic,,,,", "line 2: a path goes with the make Generic"),
        ("7,10.0.0.7,,,,/x?user=a&pwd=s3cret,", "line 2: a path must not hold a login"),
        ("7,10.0.0.7,,,,still.jpg,", "line 2: path 'still.jpg' must start with /"),
        ("7,10.0.0.7,,,,,perhaps", "line 2: publish must be yes, no or empty"),
        ("7,10.0.0.7,,,,,,,", "line 2: 9 cells, but 7 columns"),
        ('7,"10.0.0.7,,,,,', "line 2: unexpected end of data; fix the quotes"),
        ("7,,,,,,\n7,,,,,,", "line 3: camera '7' is on an earlier line too"),
    ],
)
def test_invalid_line_is_named_without_a_secret(line: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _parse(f"camera_id,address,make,username,password,path,publish\n{line}\n")
    assert problem in str(caught.value)
    assert "CAMERA_ADDRESSES=/x/a.csv line " in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_all_invalid_lines_are_named_at_once() -> None:
    text = "camera_id,address\n" + "".join(f"{number},bad host\n" for number in range(15))
    with pytest.raises(ConfigError, match=r"line 2: .*; line 3: .*; and 5 more"):
        _parse(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: no column camera_id"),
        ("id,address\n", "line 1: no column camera_id"),
        ("camera_id,address,address\n", "line 1: column 'address' appears twice"),
        ("camera_id,pasword\n7,x\n", "line 1: unknown column 'pasword'; known: camera_id, address"),
    ],
)
def test_invalid_header_row_is_named(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _parse(text)
    assert problem in str(caught.value)


def test_file_that_is_not_utf_8_is_named() -> None:
    with pytest.raises(ConfigError, match="not UTF-8 at byte 10; save it as UTF-8"):
        _parse("camera_id\n\xe9", "latin-1")


def test_short_row_without_an_id_is_named() -> None:
    with pytest.raises(ConfigError, match="line 2: no camera_id"):
        _parse("address,camera_id\n10.0.0.1\n")
