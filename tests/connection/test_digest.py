import re

import pytest

from cameras.camera import Login
from cameras.connection.challenge import Challenge, choose, parse_challenges
from cameras.connection.digest import digest
from cameras.simulator.login import LoginCheck

MUFASA = Login("Mufasa", "Circle of Life", "TEST_USERNAME")
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
TARGET = "/image.cgi?resolution=640x360&text=%22"


def challenge(header: str) -> Challenge:
    return choose(parse_challenges([header]))


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_both_examples_of_rfc_7616_are_reproduced(algorithm: str, response: str) -> None:
    """Section 3.9.1; qop="auth, auth-int" is answered with auth."""
    answer = digest(challenge(RFC_7616.format(algorithm)), MUFASA, "GET", "/dir/index.html", cnonce=CNONCE)
    assert answer == (
        'Digest username="Mufasa", realm="http-auth@example.org", '
        f'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", response="{response}", '
        f'algorithm={algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, '
        f'cnonce="{CNONCE}"'
    )


def test_challenge_without_qop_gets_the_answer_of_rfc_2069() -> None:
    """Section 2.4, with the response corrected by RFC erratum 749."""
    header = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    answer = digest(challenge(header), Login("Mufasa", "CircleOfLife", "TEST_USERNAME"), "GET", "/dir/index.html")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in answer
    assert 'opaque="5ccc"' in answer
    assert "qop" not in answer
    assert "nc=" not in answer
    assert "cnonce" not in answer


def test_session_algorithm_without_qop_sends_its_cnonce() -> None:
    """The server needs it for the key."""
    assert 'cnonce="c"' in digest(
        challenge('Digest realm="r", nonce="n", algorithm=MD5-sess'), MUFASA, "GET", "/", cnonce="c"
    )


@pytest.mark.parametrize("algorithm", ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"])
@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("viewer", "secret"),
        ('a "quoted" name', 'pass"word'),
        ("back\\slash\\", "\\"),
        ("j\xe4ger \u732b", "gr\xfc\xdfe"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("realm", ["camera", 'a \\"quoted\\" realm, with a comma', "back\\\\slash", "caf\xe9", ""])
def test_simulator_accepts_every_login_in_every_realm(algorithm: str, username: str, password: str, realm: str) -> None:
    check = LoginCheck(username, password, offers=(f"Digest {algorithm}",), realm=realm)
    (header,) = check.challenges()
    asked = challenge(header)
    check.realm = asked.parameters["realm"]  # the server's own, without the escapes of the header
    answer = digest(asked, Login(username, password, "TEST_USERNAME"), "GET", TARGET)
    assert check.accepts(answer, "GET", TARGET)
    assert not check.accepts(digest(asked, Login(username, "guess", "TEST_USERNAME"), "GET", TARGET, 2), "GET", TARGET)


def test_nonce_is_reused_with_a_higher_count() -> None:
    check = LoginCheck("viewer", "secret")
    asked, login = challenge(check.challenges()[0]), Login("viewer", "secret", "TEST_USERNAME")
    assert [check.accepts(digest(asked, login, "GET", "/", count), "GET", "/") for count in (1, 2, 2, 3)] == [
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("domain", ["::", "http://[", "\\\\host", "/a /b", ""])
def test_domain_does_not_matter(domain: str) -> None:
    asked = challenge(f'Digest domain="{domain}", realm="r", nonce="n", qop="auth"')
    assert digest(asked, MUFASA, "GET", "/", cnonce="c") == digest(
        challenge('Digest realm="r", nonce="n", qop="auth"'), MUFASA, "GET", "/", cnonce="c"
    )


@pytest.mark.parametrize(
    ("algorithm", "digits"), [("SHA", 40), ("SHA256", 64), ("sha-256-SESS", 64), ("SHA-512", 128), ("SHA512-sess", 128)]
)
def test_algorithm_is_named_as_the_camera_spells_it(algorithm: str, digits: int) -> None:
    answer = digest(challenge(f'Digest realm="r", nonce="n", qop="auth", algorithm={algorithm}'), MUFASA, "GET", "/")
    assert f", algorithm={algorithm}, " in answer
    assert re.search(rf'response="[0-9a-f]{{{digits}}}"', answer)


def test_each_answer_has_a_cnonce_of_its_own() -> None:
    asked = challenge('Digest realm="r", nonce="n", qop="auth"')
    assert digest(asked, MUFASA, "GET", "/") != digest(asked, MUFASA, "GET", "/")
