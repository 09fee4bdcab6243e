"""Any input is accepted, or ends in a documented error."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cameras import jpeg
from cameras.camera import Address, Login, Logins
from cameras.camera_list.addresses import Overrides, parse_overrides
from cameras.camera_list.dataset import Row, join
from cameras.camera_list.export import parse_export
from cameras.connection.challenge import choose, parse_challenges
from cameras.connection.digest import digest
from cameras.errors import ConfigError, LoginRejected, NotAnImage
from cameras.simulator import scene

PICTURE = scene.draw("1  FUZZ ST", "1", 0.0, "")
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
settings.register_profile("untimed", deadline=None)  # a busy machine is not a bug
settings.load_profile("untimed")


@given(st.binary(max_size=2000))
@example(b"\xff\xd8\xff" + b"\xff\xc0\x00\x02" + b"\x00" * 300 + b"\xff\xd9")
def test_any_bytes_are_a_complete_picture_or_not_an_image(body: bytes) -> None:
    for candidate in (body, b"\xff\xd8\xff" + body):
        with suppress(NotAnImage):
            assert candidate.startswith(jpeg.extract(candidate))
        with suppress(NotAnImage):
            assert len(jpeg.size(candidate)) == 2


@given(st.integers(0, len(PICTURE)), st.integers(0, 200), st.binary(max_size=50))
def test_damaged_picture_is_complete_or_not_an_image(at: int, cut: int, put: bytes) -> None:
    damaged = PICTURE[:at] + put + PICTURE[at + cut :]
    with suppress(NotAnImage):
        assert jpeg.extract(damaged).endswith(b"\xff\xd9")


parameters = st.sampled_from(["realm", "nonce", "qop", "algorithm", "domain", "stale", "opaque", "Realm", ""])
pieces = st.sampled_from(["Digest ", "Basic ", "Negotiate", ",", '"', "=", "\\", " ", "MD5", "auth", "\udce9", "\x00"])
headers = st.text(max_size=200) | st.lists(pieces | parameters | st.text(max_size=5), max_size=30).map("".join)
pairs = st.tuples(
    parameters, st.sampled_from(["auth", "auth-int,auth", "MD5", "SHA-256", "true"]) | st.text(max_size=9)
)
digests = st.lists(pairs, max_size=6).map(
    lambda extra: "Digest " + ", ".join(f'{name}="{value}"' for name, value in [("realm", "r"), ("nonce", "n"), *extra])
)


@given(st.lists(headers | digests, max_size=4))
@example(['Digest realm="r", nonce="n"'])
def test_any_challenge_is_answerable_or_rejected(values: list[str]) -> None:
    with suppress(LoginRejected):
        chosen = choose(parse_challenges(values))
        assert chosen.scheme in ("digest", "basic")
        if chosen.scheme == "digest":
            answer = digest(chosen, Login("viewer", "secret", "TEST_USERNAME"), "GET", "/")
            assert answer.isprintable()
            assert answer.encode()
            fields = parse_keqv_list(parse_http_list(answer.removeprefix("Digest ")))
            assert fields["realm"] == chosen.parameters["realm"]
            assert fields["nonce"] == chosen.parameters["nonce"]


@given(st.text(max_size=80) | st.from_regex(r"(https?://)?[0-9a-f.:\[\]-]{1,30}(:[0-9]{1,6})?"))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        address = Address.parse(text)
        assert Address.parse(str(address)) == address


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: ("camera_id,address,path\n" + text).encode()))
def test_any_csv_is_read_or_is_a_config_error(content: bytes) -> None:
    with suppress(ConfigError):
        parse_overrides(content, "CAMERA_ADDRESSES=a.csv")


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_json_list_is_read_or_is_a_config_error(content: bytes) -> None:
    with suppress(ConfigError):
        join(parse_export(content, Path("list.json")), Overrides(), Logins(), "camera_ip")


columns = st.sampled_from(["camera_id", "camera_status", "camera_mfg", "camera_ip", "location", "location_name"])
values: st.SearchStrategy[Any] = json_values | st.sampled_from(
    ["TURNED_ON", "Axis", "1", "10.0.0.1", "../x", "(30.2, -97.7)"]
)


GOOD = {"camera_id": "1", "camera_status": "TURNED_ON", "camera_mfg": "Axis", "camera_ip": "10.0.0.1"}
numbers = st.floats() | st.integers() | st.sampled_from([10**400, -(10**400)])
odd = (
    st.dictionaries(columns, values, max_size=2)
    | st.fixed_dictionaries({"location": st.fixed_dictionaries({"coordinates": st.lists(numbers, max_size=3)})})
    | st.fixed_dictionaries({"location_name": st.text(st.characters(exclude_categories=()))})
)


@given(st.lists(st.dictionaries(columns, values) | odd.map(lambda changes: {**GOOD, **changes}), max_size=5))
@example([GOOD])
def test_any_rows_make_only_safe_cameras(rows: list[Row]) -> None:
    joined = join(rows, Overrides(), Logins(), "camera_ip")
    assert joined.cameras or GOOD not in rows
    assert len(joined.cameras) + sum(map(len, joined.skipped.values())) == len(rows)
    for camera in joined.cameras:
        assert SAFE_ID.fullmatch(camera.id)
        assert Address.parse(str(camera.address)) == camera.address
        assert camera.place.encode() is not None
        assert camera.longitude is None or abs(camera.longitude) <= 180
    assert all(text.isprintable() for reason, ids in joined.skipped.items() for text in (reason, *ids))
