"""Sending a login to a camera that asks for one: once, and in the way that it wants."""

from types import SimpleNamespace
from typing import cast

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, DigestAuthMiddleware, encode_basic_auth

from cameras.camera import Login
from cameras.connection.challenge import Challenge, choose, parse
from cameras.errors import Unreachable

REJECTED_STATUSES = (401, 403, 407)  # of a login: Hikvision, while it is locked, and Dahua answer 403


class LoginMiddleware:
    """aiohttp client middleware: on a 401 sends the request once more, with the login if there is one. One for each
    request.

    `answered` is the challenge that the login was sent for, None before that; `accepted` whether the camera took it.
    A login is sent at most once, never before it was asked for: wrong ones lock the account or our address
    (Hikvision: 30 minutes after five).
    """

    def __init__(self, login: Login | None) -> None:
        self.login = login
        self.answered: Challenge | None = None
        self.accepted = False
        self._begun = False

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if self._begun:  # aiohttp silently repeats a GET whose connection was closed, and a login with it
            raise Unreachable("closed the connection without an answer")
        self._begun = True
        response = await handler(request)
        if response.status != 401 or not self.login:
            return response
        response.close()
        self.answered = choose(parse(response.headers.getall("WWW-Authenticate", [])))
        answer = self._answer_basic if self.answered.scheme == "basic" else self._answer_digest
        response = await answer(self.login, request, handler)
        self.accepted = response.status not in REJECTED_STATUSES
        return response

    async def _answer_basic(self, login: Login, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        request.headers["Authorization"] = encode_basic_auth(login.username, login.password, "utf-8")
        return await handler(request)

    async def _answer_digest(self, login: Login, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """The middleware expects to send the first request itself and reads every 401: so it is given a stand-in for
        the 401 that we already have, and one for what its own request brought."""
        challenge = {"www-authenticate": cast(Challenge, self.answered).canonical()}
        brought: list[ClientResponse] = []

        async def exchange(request: ClientRequest) -> ClientResponse:
            if "Authorization" not in request.headers:
                return cast(ClientResponse, SimpleNamespace(status=401, headers=challenge, url=request.url))
            brought.append(await handler(request))
            return cast(ClientResponse, SimpleNamespace(status=200))

        await DigestAuthMiddleware(login.username, login.password, preemptive=False)(request, exchange)
        return brought[0]
