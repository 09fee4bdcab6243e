"""What can be wrong with a camera, by name, and the error that must result."""

import gzip
from typing import NamedTuple

from cameras.errors import CameraError, HttpError, InvalidResponse, LoginRejected, NotAnImage, TooLarge, Unreachable
from cameras.simulator.responses import (
    OK,
    Responder,
    announces_close,
    body,
    closes,
    closes_after_each,
    endless,
    hangs,
    huge,
    incomplete,
    login_with,
    off,
    raw_response,
    reset,
    slow,
    slow_refusal,
    stale_always,
    video,
    when_kept,
    with_thumbnail,
    wrong_password,
)


class Fault(NamedTuple):
    respond: Responder
    error: type[CameraError] | None  # None: unusual, but its picture must be accepted
    sentence: str = ""  # part of the error's text
    tls: bool = False  # it answers a TLS handshake, so only a make with https can have it


def http_error(status: bytes, sentence: str, *headers: bytes, content: bytes = b"<html>no</html>") -> Fault:
    return Fault(body(lambda _: content, *headers, status=status), HttpError, sentence)


def unauthorized(sentence: str, *challenges: bytes) -> Fault:
    """Every answer is a 401 with these challenges."""
    headers = [b"WWW-Authenticate: " + challenge for challenge in challenges]
    return Fault(body(lambda _: b"", *headers, status=b"401 Unauthorized"), LoginRejected, sentence)


NONCE = b'realm="r", nonce="n", '
PICTURE = b"Content-Type: image/jpeg"
NO_CIPHER = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal alert: handshake failure (RFC 5246), as from one with old TLS only
FAULTS = {
    "off": Fault(off, Unreachable, "(closed the connection without an answer)"),
    "hangs": Fault(hangs, Unreachable, "(no complete picture within"),
    "slow": Fault(slow, Unreachable, "(no complete picture within"),
    "cut off": Fault(
        raw_response(lambda p: OK + b"Content-Length: %d\r\n\r\n" % len(p) + p[: len(p) // 2]),
        Unreachable,
        "(cut off in the middle of its answer)",
    ),
    "reset": Fault(reset, Unreachable, "(cut off in the middle of its answer)"),
    "length too large": Fault(incomplete, Unreachable, "(no complete picture within"),
    "length too small": Fault(
        raw_response(lambda p: OK + b"Content-Length: 500\r\n\r\n" + p), InvalidResponse, "Bad status"
    ),
    "length twice": Fault(
        raw_response(lambda p: OK + b"Content-Length: 9\r\nContent-Length: 8\r\n\r\n" + p), InvalidResponse, "Duplicate"
    ),
    "length negative": Fault(
        raw_response(lambda p: OK + b"Content-Length: -1\r\n\r\n" + p), InvalidResponse, "Invalid"
    ),
    "garbage": Fault(
        raw_response(lambda _: b"\x00\x01 no HTTP at all \xff\r\n\r\n"), InvalidResponse, "check its address"
    ),
    "header without colon": Fault(
        raw_response(lambda p: OK + b"Server GoAhead\r\n\r\n" + p), InvalidResponse, "header token"
    ),
    "huge headers": Fault(
        raw_response(lambda p: OK + b"X: %s\r\n\r\n" % (b"x" * 200_000) + p), InvalidResponse, "8190 bytes"
    ),
    "HTML page": Fault(
        body(lambda _: b"<!DOCTYPE html><html>Please log in</html>", PICTURE), NotAnImage, "(an HTML page"
    ),
    "XML error": Fault(body(lambda _: b"<?xml version='1.0'?><ResponseStatus/>", PICTURE), NotAnImage, "(XML: "),
    "empty": Fault(body(lambda _: b"", PICTURE), NotAnImage, "(an empty body)"),
    "half picture": Fault(body(lambda p: p[: len(p) // 2], PICTURE), NotAnImage, "(a JPEG cut off after"),
    "PNG": Fault(body(lambda p: b"\x89PNG\r\n\x1a\n" + p, PICTURE), NotAnImage, "(a PNG picture)"),
    "gzip bomb": Fault(
        body(lambda _: gzip.compress(b"\0" * 20_000_000), b"Content-Encoding: gzip"),
        NotAnImage,
        "sent gzip although not",
    ),
    "video": Fault(video, NotAnImage, "(a video stream); give the path of its stills"),
    "huge picture": Fault(huge, TooLarge, "(more than 10,000,000 bytes)"),
    "endless": Fault(endless, TooLarge, "(more than 10,000,000 bytes)"),
    "redirect loop": http_error(b"302 Found", "302 redirect", b"Location: /"),
    "redirect to https": http_error(b"301 Moved", "301 redirect, not followed", b"Location: https://10.1.2.3/"),
    "no content": Fault(raw_response(lambda _: b"HTTP/1.1 204 No\r\n\r\n"), HttpError, "(204 No Content); it must"),
    "part of a picture": http_error(b"206 Partial Content", "206 Partial Content); it must"),
    "not modified": Fault(raw_response(lambda _: b"HTTP/1.1 304 No\r\n\r\n"), HttpError, "(304 Not Modified); it must"),
    "redirect elsewhere": http_error(
        b"302 Found", "302 redirect", b"Location: http://169.254.169.254/latest/meta-data/"
    ),
    "forbidden": http_error(b"403 Forbidden", "403 Forbidden); check that its login may see"),
    "wrong make": http_error(b"404 Not Found", "404 Not Found); check its make"),
    "throttling": http_error(b"429 Too Many Requests", "429 busy", b"Retry-After: 600"),
    "broken": http_error(b"500 Internal Server Error", "500 Internal Server Error); restart"),
    "busy": http_error(b"503 Busy", "503 busy", content=b"<ResponseStatus><statusCode>2</statusCode></ResponseStatus>"),
    "wrong password": Fault(wrong_password, LoginRejected, "(401 after "),
    "slow refusal": Fault(slow_refusal, LoginRejected, "(401 after Basic)"),
    "no challenge": unauthorized("401 without a challenge); it may be locked"),
    "unknown algorithm": unauthorized("unknown algorithm 'ROT13'", b"Digest " + NONCE + b'qop="auth", algorithm=ROT13'),
    "unknown qop": unauthorized("unknown qop 'auth-xyz'); set its", b"Digest " + NONCE + b'qop="auth-xyz"'),
    "many challenges": unauthorized(
        "'1000'; unknown scheme '1001'; unk", b" ".join(b"%d" % n for n in range(1000, 2600))
    ),
    "stale loop": unauthorized("(401 after Digest", b"Digest " + NONCE + b'qop="auth", stale=true'),
    "stale always": Fault(stale_always, LoginRejected, "(401 after "),
    "realm not UTF-8": unauthorized("not valid UTF-8", b'Digest realm="caf\xe9", nonce="n", qop="auth"'),
    "broken domain": unauthorized("(401 after Digest", b"Digest " + NONCE + b'qop="auth", domain="http://["'),
    "no Content-Type": Fault(body(lambda p: p), None),
    "wrong Content-Type": Fault(body(lambda p: p, b"Content-Type: text/html; charset"), None),
    "hostile Content-Type": Fault(body(lambda p: p, b"Content-Type: image/jpeg;" + b"(" * 7900), None),
    "bytes after the end": Fault(body(lambda p: p + b"\r\n\0--boundary--", PICTURE), None),
    "embedded thumbnail": Fault(body(with_thumbnail, PICTURE), None),
    "HTTP/1.0 without length": Fault(raw_response(lambda p: b"HTTP/1.0 200 OK\r\n\r\n" + p), None),
    "Basic before Digest": Fault(login_with(offers=("Basic", "Digest MD5")), None),
    "Basic and Digest in one": Fault(login_with(offers=("Basic", "Digest SHA-256"), joined=True), None),
    "odd domain": Fault(login_with(extra=', domain="::"'), None),
    "one-time nonces": Fault(login_with(one_time=True), None),
    "nonce bound to its connection": Fault(login_with(bound=True), None),
    "stale once": Fault(login_with(stale_once=True), None),
    "resets a kept connection": Fault(when_kept(off), None),
    "closes a kept connection": Fault(when_kept(closes), None),
    "ignores a kept connection": Fault(when_kept(hangs), None),
    "closes after each answer": Fault(closes_after_each, None),
    "announces that it closes": Fault(announces_close, None),
    "no TLS": Fault(
        raw_response(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n"), Unreachable, "TLS handshake failed", tls=True
    ),
    "TLS refused": Fault(raw_response(lambda _: NO_CIPHER), Unreachable, "TLS handshake failed", tls=True),
    "TLS cut off": Fault(off, Unreachable, "(Connection reset", tls=True),
    "TLS hangs": Fault(hangs, Unreachable, "(no complete picture within", tls=True),
}
