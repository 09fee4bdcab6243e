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
    """`error` None: the camera is odd, but must be served."""

    act: Act
    error: type[CameraError] | None


def refuses(status: bytes, *headers: bytes, content: bytes = b"<html>no</html>") -> Ailment:
    return Ailment(body(lambda _: content, *headers, status=status), Refused)


def demands(*challenges: bytes) -> Ailment:
    """401 for ever, with these challenges."""
    headers = [b"WWW-Authenticate: " + challenge for challenge in challenges]
    return Ailment(body(lambda _: b"", *headers, status=b"401 Unauthorized"), LoginRejected)


NONCE = b'realm="r", nonce="n", '
PICTURE = b"Content-Type: image/jpeg"
AILMENTS = {
    "off": Ailment(off, Unreachable),
    "hangs": Ailment(hangs, Unreachable),
    "slow": Ailment(slow, Unreachable),
    "cut off": Ailment(says(lambda p: OK + b"Content-Length: %d\r\n\r\n" % len(p) + p[: len(p) // 2]), Unreachable),
    "reset": Ailment(reset, Unreachable),
    "length too large": Ailment(left_hanging, Unreachable),
    "length too small": Ailment(says(lambda p: OK + b"Content-Length: 500\r\n\r\n" + p), Garbled),
    "length twice": Ailment(says(lambda p: OK + b"Content-Length: 9\r\nContent-Length: 8\r\n\r\n" + p), Garbled),
    "length negative": Ailment(says(lambda p: OK + b"Content-Length: -1\r\n\r\n" + p), Garbled),
    "garbage": Ailment(says(lambda _: b"\x00\x01 no HTTP at all \xff\r\n\r\n"), Garbled),
    "header without colon": Ailment(says(lambda p: OK + b"Server GoAhead\r\n\r\n" + p), Garbled),
    "huge headers": Ailment(says(lambda p: OK + b"X: %s\r\n\r\n" % (b"x" * 200_000) + p), Garbled),
    "HTML page": Ailment(body(lambda _: b"<!DOCTYPE html><html>Please log in</html>", PICTURE), NotAnImage),
    "XML error": Ailment(body(lambda _: b"<?xml version='1.0'?><ResponseStatus/>", PICTURE), NotAnImage),
    "empty": Ailment(body(lambda _: b"", PICTURE), NotAnImage),
    "half picture": Ailment(body(lambda p: p[: len(p) // 2], PICTURE), NotAnImage),
    "PNG": Ailment(body(lambda p: b"\x89PNG\r\n\x1a\n" + p, PICTURE), NotAnImage),
    "gzip bomb": Ailment(body(lambda _: gzip.compress(b"\0" * 20_000_000), b"Content-Encoding: gzip"), NotAnImage),
    "video": Ailment(video, NotAnImage),
    "huge picture": Ailment(says(lambda p: OK + b"Content-Length: 60000000\r\n\r\n" + p), TooLarge),
    "endless": Ailment(endless, TooLarge),
    "redirect loop": refuses(b"302 Found", b"Location: /"),
    "redirect elsewhere": refuses(b"302 Found", b"Location: http://169.254.169.254/latest/meta-data/"),
    "forbidden": refuses(b"403 Forbidden"),
    "wrong make": refuses(b"404 Not Found"),
    "throttling": refuses(b"429 Too Many Requests", b"Retry-After: 600"),
    "broken": refuses(b"500 Internal Server Error"),
    "busy": refuses(b"503 Busy", content=b"<ResponseStatus><statusCode>2</statusCode></ResponseStatus>"),
    "wrong password": Ailment(wrong_password, LoginRejected),
    "slow refusal": Ailment(slow_refusal, LoginRejected),
    "no challenge": demands(),
    "unknown algorithm": demands(b"Digest " + NONCE + b'qop="auth", algorithm=ROT13'),
    "unknown qop": demands(b"Digest " + NONCE + b'qop="auth-xyz"'),
    "stale loop": demands(b"Digest " + NONCE + b'qop="auth", stale=true'),
    "realm not UTF-8": demands(b'Digest realm="caf\xe9", nonce="n", qop="auth"'),
    "broken domain": demands(b"Digest " + NONCE + b'qop="auth", domain="http://["'),
    "no Content-Type": Ailment(body(lambda p: p), None),
    "wrong Content-Type": Ailment(body(lambda p: p, b"Content-Type: text/html; charset"), None),
    "bytes after the end": Ailment(body(lambda p: p + b"\r\n\0--boundary--", PICTURE), None),
    "embedded thumbnail": Ailment(body(with_thumbnail, PICTURE), None),
    "HTTP/1.0 without length": Ailment(says(lambda p: b"HTTP/1.0 200 OK\r\n\r\n" + p), None),
    "Basic before Digest": Ailment(gate(offers=("Basic", "Digest MD5")), None),
    "Basic and Digest in one": Ailment(gate(offers=("Basic", "Digest SHA-256"), joined=True), None),
    "odd domain": Ailment(gate(extra=', domain="::"'), None),
    "one-time nonces": Ailment(gate(one_time=True), None),
}
