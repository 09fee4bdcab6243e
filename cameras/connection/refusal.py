"""What an answer other than 200, or none, means to an operator."""

import http.client

import aiohttp
from yarl import URL

from cameras.camera import Camera
from cameras.connection.challenge import Challenge, parse_challenges
from cameras.errors import HttpError, LoginRejected
from cameras.text import quoted

BUSY_STATUSES = (429, 503)
REDIRECTS = (301, 302, 303, 307, 308)


def refusal(response: aiohttp.ClientResponse, camera: Camera, pending: Challenge | None) -> HttpError | LoginRejected:
    """`pending` is the challenge that a login was sent for which this response does not accept."""
    status = response.status
    if status in BUSY_STATUSES:
        return HttpError(status, "busy", "will retry at the next interval; if this goes on, restart the camera")
    if pending and camera.login:
        return LoginRejected(f"{status} after {pending}", f"check {camera.login.source}")
    if status == 401:
        return _login_missing(response, camera)
    if status in REDIRECTS:
        return HttpError(status, "redirect, not followed", _redirect_hint(response))
    return HttpError(status, http.client.responses.get(status, ""), _hint(status))  # the camera's phrase is untrusted


def _login_missing(response: aiohttp.ClientResponse, camera: Camera) -> LoginRejected:
    challenges = parse_challenges(response.headers.getall("WWW-Authenticate", []))
    offered = quoted(" or ".join(map(str, challenges)) or "a login")
    return LoginRejected(
        f"401, it wants {offered} and none is set", f"set {camera.prefix}_USERNAME and {camera.prefix}_PASSWORD"
    )


def _redirect_hint(response: aiohttp.ClientResponse) -> str:
    """Without the target: an address is private."""
    target = response.headers.get("Location", "").strip().lower()
    if response.url.scheme == "http" and target.startswith("https://"):
        return "it redirects to https: give its address as https://..."
    return "check its address and port, and whether it wants https"


def _hint(status: int) -> str:
    """What to do; empty where HttpError's default applies."""
    if status < 400:
        return "it must answer 200 with a picture: restart it; if this goes on, update its firmware"
    if status == 403:
        return "check that its login may see pictures; after wrong logins it may be locked for 30 minutes"
    return "restart the camera if this goes on" if status >= 500 else ""


def closed_hint(url: URL) -> str:
    """What to do if the camera closes the connection without an answer; empty where Unreachable's default applies."""
    if (url.scheme, url.port) == ("http", 443):
        return "port 443 usually speaks https: give its address as https://..."
    return ""
