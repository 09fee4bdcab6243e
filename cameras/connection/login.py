"""Sends a login to a camera that asks for one: once per request, with the scheme that the camera asks for."""

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, encode_basic_auth

from cameras.camera import Login
from cameras.connection.challenge import Challenge, choose, parse_challenges
from cameras.connection.digest import digest
from cameras.errors import Unreachable

REJECTED_STATUSES = (401, 403, 407)  # of a login; a locked Hikvision and Dahua answer 403


class LoginMiddleware:
    """An aiohttp client middleware for one request: on a 401 it sends the request once more, with the login if any.

    A login is sent at most once, and never before it was asked for: wrong logins lock the account or our address
    (Hikvision: for 30 minutes after five).
    """

    def __init__(self, login: Login | None) -> None:
        self.login = login
        self.answered: Challenge | None = None  # the challenge that the login was sent for
        self.accepted = False  # whether the camera accepted the login
        self._started = False

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if self._started:  # aiohttp by itself repeats a GET whose connection was closed, and a login with it
            raise Unreachable("closed the connection without an answer")
        self._started = True
        response = await handler(request)
        if response.status != 401 or not self.login:
            return response
        response.close()
        self.answered = choose(parse_challenges(response.headers.getall("WWW-Authenticate", [])))
        request.headers["Authorization"] = _authorization(self.answered, self.login, request)
        response = await handler(request)
        self.accepted = response.status not in REJECTED_STATUSES
        return response


def _authorization(challenge: Challenge, login: Login, request: ClientRequest) -> str:
    if challenge.scheme == "basic":
        return encode_basic_auth(login.username, login.password, "utf-8")
    return digest(challenge, login, request.method, request.url.raw_path_qs)
