import pytest

from cameras.connection.challenge import choose, parse_challenges
from cameras.errors import LoginRejected

DIGEST = 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5'
SHA = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'


@pytest.mark.parametrize(
    ("headers", "chosen"),
    [
        ([DIGEST], "Digest MD5"),
        (['Basic realm="r"'], "Basic"),
        (['Basic realm="r"', DIGEST], "Digest MD5"),
        ([DIGEST, 'Basic realm="r"'], "Digest MD5"),
        ([f'Basic realm="r", {DIGEST}'], "Digest MD5"),
        ([f'{DIGEST}, Basic realm="r"'], "Digest MD5"),
        ([SHA, DIGEST], "Digest SHA-256"),
        (['Digest realm="r", nonce="n", algorithm=SHA-512-256', DIGEST], "Digest MD5"),
        (['digest Realm="r",NONCE="n"'], "Digest MD5"),
        (['Digest realm="a, b", nonce="n=", qop="auth,auth-int", domain="::"'], "Digest MD5"),
        (["Negotiate", "NTLM", 'Basic realm="x"'], "Basic"),
        (['Digest realm="r", nonce="n", algorithm=MD5-sess,'], "Digest MD5-sess"),
        (['Digest realm="r", nonce="n", qop="AUTH"'], "Digest MD5"),
        (['Digest realm="r", nonce="n", qop=""'], "Digest MD5"),
        (['Digest realm="r", nonce="n", algorithm=SHA256'], "Digest SHA256"),
        (['Digest realm="r", nonce="n", domain="\udce9\x07"'], "Digest MD5"),
        (['Digest realm="x\\\\", nonce="n"'], "Digest MD5"),
    ],
)
def test_digest_is_preferred_in_any_order_and_any_header(headers: list[str], chosen: str) -> None:
    assert str(choose(parse_challenges(headers))) == chosen


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([], "401 without a challenge"),
        (["", ",,,"], "401 without a challenge"),
        (['Digest realm="r", nonce="n", algorithm=ROT13'], "unknown algorithm 'ROT13'"),
        (['Digest realm="r", nonce="n", qop="auth-int"'], "unknown qop 'auth-int'"),
        (['Digest realm="r"'], "no realm or nonce"),
        (['Digest realm="r", nonce=""'], "no realm or nonce"),
        (['Digest realm="caf\udce9", nonce="n"'], "not valid UTF-8"),
        (['Digest realm="r", nonce="n\x07"'], "not valid UTF-8"),
        (['Digest realm="r", nonce="n", opaque="\udce9"'], "not valid UTF-8"),
        (["Bearer"], "unknown scheme 'bearer'"),
    ],
)
def test_unanswerable_challenge_is_rejected_with_its_reason(headers: list[str], reason: str) -> None:
    with pytest.raises(LoginRejected, match="401") as caught:
        choose(parse_challenges(headers))
    assert reason in str(caught.value)


def test_parameters_are_unquoted_and_unescaped() -> None:
    (challenge,) = parse_challenges(['Digest realm="a \\"b\\" \\\\", domain="http://[", NONCE="n", stale=true'])
    assert challenge.parameters == {"realm": 'a "b" \\', "domain": "http://[", "nonce": "n", "stale": "true"}


@pytest.mark.parametrize(
    "header", ["a" * 8000 + "@", 'a="' + "\\" * 8000, "a = " * 3000, "@" * 8000, ('Digest a="' + "b" * 50) * 150]
)
def test_hostile_headers_are_parsed_in_linear_time(header: str) -> None:
    """Quadratic time would be minutes for these, and would block the event loop."""
    parse_challenges([header] * 120)
