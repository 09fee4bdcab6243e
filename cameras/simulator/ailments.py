"""What can be wrong with a camera, by name; and the error that we must make of it, if any."""

import gzip
from typing import NamedTuple

from cameras.errors import CameraError, Garbled, LoginRejected, NotAnImage, Refused, TooLarge, Unreachable
from cameras.simulator.acts import (
    OK,
    Act,
    body,
    endless,
    gate,
    hangs,
    huge,
    left_hanging,
    off,
    reset,
    says,
    slow,
    slow_refusal,
    video,
    with_thumbnail,
    wrong_password,
)


class Ailment(NamedTuple):
    """`error` None: the camera is odd, but must be served. `sentence`: what the operator reads holds this. `tls`: it is
    the answer to a TLS handshake, so only a make with https can have it."""

    act: Act
    error: type[CameraError] | None
    sentence: str = ""
    tls: bool = False


def refuses(status: bytes, sentence: str, *headers: bytes, content: bytes = b"<html>no</html>") -> Ailment:
    return Ailment(body(lambda _: content, *headers, status=status), Refused, sentence)


def demands(sentence: str, *challenges: bytes) -> Ailment:
    """401 for ever, with these challenges."""
    headers = [b"WWW-Authenticate: " + challenge for challenge in challenges]
    return Ailment(body(lambda _: b"", *headers, status=b"401 Unauthorized"), LoginRejected, sentence)


NONCE = b'realm="r", nonce="n", '
PICTURE = b"Content-Type: image/jpeg"
NO_CIPHER = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal alert: handshake failure (RFC 5246), as from one with old TLS only
AILMENTS = {
    "off": Ailment(off, Unreachable, "(closed the connection without an answer)"),
    "hangs": Ailment(hangs, Unreachable, "(no whole picture within"),
    "slow": Ailment(slow, Unreachable, "(no whole picture within"),
    "cut off": Ailment(
        says(lambda p: OK + b"Content-Length: %d\r\n\r\n" % len(p) + p[: len(p) // 2]),
        Unreachable,
        "(cut off in the middle of its answer)",
    ),
    "reset": Ailment(reset, Unreachable, "(cut off in the middle of its answer)"),
    "length too large": Ailment(left_hanging, Unreachable, "(no whole picture within"),
    "length too small": Ailment(says(lambda p: OK + b"Content-Length: 500\r\n\r\n" + p), Garbled, "Bad status"),
    "length twice": Ailment(
        says(lambda p: OK + b"Content-Length: 9\r\nContent-Length: 8\r\n\r\n" + p), Garbled, "Duplicate"
    ),
    "length negative": Ailment(says(lambda p: OK + b"Content-Length: -1\r\n\r\n" + p), Garbled, "Invalid"),
    "garbage": Ailment(says(lambda _: b"\x00\x01 no HTTP at all \xff\r\n\r\n"), Garbled, "check its address"),
    "header without colon": Ailment(says(lambda p: OK + b"Server GoAhead\r\n\r\n" + p), Garbled, "header token"),
    "huge headers": Ailment(says(lambda p: OK + b"X: %s\r\n\r\n" % (b"x" * 200_000) + p), Garbled, "8190 bytes"),
    "HTML page": Ailment(
        body(lambda _: b"<!DOCTYPE html><html>Please log in</html>", PICTURE), NotAnImage, "(an HTML page"
    ),
    "XML error": Ailment(body(lambda _: b"<?xml version='1.0'?><ResponseStatus/>", PICTURE), NotAnImage, "(XML: "),
    "empty": Ailment(body(lambda _: b"", PICTURE), NotAnImage, "(an empty body)"),
    "half picture": Ailment(body(lambda p: p[: len(p) // 2], PICTURE), NotAnImage, "(a JPEG cut off after"),
    "PNG": Ailment(body(lambda p: b"\x89PNG\r\n\x1a\n" + p, PICTURE), NotAnImage, "(a PNG picture)"),
    "gzip bomb": Ailment(
        body(lambda _: gzip.compress(b"\0" * 20_000_000), b"Content-Encoding: gzip"), NotAnImage, "bytes beginning"
    ),
    "video": Ailment(video, NotAnImage, "(a video stream); give the path of its stills"),
    "huge picture": Ailment(huge, TooLarge, "(more than 10,000,000 bytes)"),
    "endless": Ailment(endless, TooLarge, "(more than 10,000,000 bytes)"),
    "redirect loop": refuses(b"302 Found", "302 redirect", b"Location: /"),
    "redirect elsewhere": refuses(b"302 Found", "302 redirect", b"Location: http://169.254.169.254/latest/meta-data/"),
    "forbidden": refuses(b"403 Forbidden", "403 Forbidden); check that its login may see"),
    "wrong make": refuses(b"404 Not Found", "404 Not Found); check its make"),
    "throttling": refuses(b"429 Too Many Requests", "429 busy", b"Retry-After: 600"),
    "broken": refuses(b"500 Internal Server Error", "500 Internal Server Error); restart"),
    "busy": refuses(b"503 Busy", "503 busy", content=b"<ResponseStatus><statusCode>2</statusCode></ResponseStatus>"),
    "wrong password": Ailment(wrong_password, LoginRejected, "(401 after "),
    "slow refusal": Ailment(slow_refusal, LoginRejected, "(401 after Basic)"),
    "no challenge": demands("401 without a challenge); it may be locked"),
    "unknown algorithm": demands("unknown algorithm 'ROT13'", b"Digest " + NONCE + b'qop="auth", algorithm=ROT13'),
    "unknown qop": demands("unknown qop 'auth-xyz'); set its", b"Digest " + NONCE + b'qop="auth-xyz"'),
    "many challenges": demands("'1000'; unknown scheme '1001'; unk", b" ".join(b"%d" % n for n in range(1000, 2600))),
    "stale loop": demands("(401 after Digest", b"Digest " + NONCE + b'qop="auth", stale=true'),
    "realm not UTF-8": demands("not valid UTF-8", b'Digest realm="caf\xe9", nonce="n", qop="auth"'),
    "broken domain": demands("(401 after Digest", b"Digest " + NONCE + b'qop="auth", domain="http://["'),
    "no Content-Type": Ailment(body(lambda p: p), None),
    "wrong Content-Type": Ailment(body(lambda p: p, b"Content-Type: text/html; charset"), None),
    "hostile Content-Type": Ailment(body(lambda p: p, b"Content-Type: image/jpeg;" + b"(" * 7900), None),
    "bytes after the end": Ailment(body(lambda p: p + b"\r\n\0--boundary--", PICTURE), None),
    "embedded thumbnail": Ailment(body(with_thumbnail, PICTURE), None),
    "HTTP/1.0 without length": Ailment(says(lambda p: b"HTTP/1.0 200 OK\r\n\r\n" + p), None),
    "Basic before Digest": Ailment(gate(offers=("Basic", "Digest MD5")), None),
    "Basic and Digest in one": Ailment(gate(offers=("Basic", "Digest SHA-256"), joined=True), None),
    "odd domain": Ailment(gate(extra=', domain="::"'), None),
    "one-time nonces": Ailment(gate(one_time=True), None),
    "no TLS": Ailment(
        says(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n"), Unreachable, "TLS handshake failed", tls=True
    ),
    "TLS refused": Ailment(says(lambda _: NO_CIPHER), Unreachable, "TLS handshake failed", tls=True),
    "TLS cut off": Ailment(off, Unreachable, "(Connection reset", tls=True),
    "TLS hangs": Ailment(hangs, Unreachable, "(no whole picture within", tls=True),
}
