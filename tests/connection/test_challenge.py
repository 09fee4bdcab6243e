import pytest

from cameras.connection.challenge import choose, parse
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
    ],
)
def test_digest_is_preferred_in_whatever_order_and_however_many_headers(headers: list[str], chosen: str) -> None:
    assert str(choose(parse(headers))) == chosen


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
        (["Bearer"], "unknown scheme 'bearer'"),
        (['Digest realm="x\\\\", nonce="n"'], "a backslash in realm or nonce"),
    ],
)
def test_a_challenge_that_cannot_be_answered_is_refused_with_its_reason(headers: list[str], reason: str) -> None:
    with pytest.raises(LoginRejected, match="401") as caught:
        choose(parse(headers))
    assert reason in str(caught.value)


def test_the_challenge_is_handed_on_without_what_would_break_the_library() -> None:
    (challenge,) = parse(['Digest realm="a \\"b\\"", domain="http://[", nonce="n", qop="auth,auth-int", stale=true'])
    assert challenge.canonical() == 'Digest realm="a \\"b\\"", nonce="n", qop="auth"'


@pytest.mark.parametrize(
    "header", ["a" * 8000 + "@", 'a="' + "\\" * 8000, "a = " * 3000, "@" * 8000, ('Digest a="' + "b" * 50) * 150]
)
def test_hostile_headers_cost_no_more_than_their_length(header: str) -> None:
    """Quadratic searching would take minutes for these, and hold up the whole fleet meanwhile."""
    parse([header] * 120)
