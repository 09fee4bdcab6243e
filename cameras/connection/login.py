"""The logins that one camera is sent in one cycle. At most one of them is rejected: wrong logins lock the account or
our address (Hikvision: for 30 minutes after five)."""

from collections import Counter
from collections.abc import MutableSet

from aiohttp import ClientResponse, encode_basic_auth

from cameras.camera import Camera, Login
from cameras.connection.challenge import Challenge, choose, parse_challenges
from cameras.connection.digest import digest

REJECTED_STATUSES = (401, 403, 407)  # of a login; a locked Hikvision and Dahua answer 403


class Authentication:
    """Chooses what to answer to a 401. Every request is first sent without a login, also on a kept connection.

    A login is answered with a second one only if the camera says stale=true, that is, that the first was correct (RFC
    7616 section 3.3); and never again if the second is rejected, for the password was wrong and stale=true untrue.
    """

    def __init__(self, camera: Camera, false_stale: MutableSet[Camera]) -> None:
        self.camera = camera
        self.answered: Challenge | None = None  # the challenge that the last login was sent for
        self.pending = False  # the last login was not accepted, or not answered
        self._false_stale = false_stale  # cameras whose stale=true is not believed
        self._uses = Counter[str]()  # nonce -> requests that used it: a repeated count may be refused as a replay

    def next_login(self, response: ClientResponse, sent: int) -> str | None:
        """The Authorization header to repeat a request with; None if `response` is the final answer to it.

        `sent` is the number of logins sent for this request so far. LoginRejected if no challenge can be answered.
        """
        if sent:
            self._note_result(response.status, sent)
        login = self.camera.login
        if response.status != 401 or not login:
            return None
        challenges = parse_challenges(response.headers.getall("WWW-Authenticate", []))
        if sent and not self._credentials_were_correct(challenges):
            return None
        self.answered, self.pending = choose(challenges), True
        return self._header(self.answered, login, response)

    def _note_result(self, status: int, sent: int) -> None:
        self.pending = status in REJECTED_STATUSES
        if not self.pending:
            self._false_stale.discard(self.camera)
        elif sent > 1:
            self._false_stale.add(self.camera)

    def _credentials_were_correct(self, challenges: list[Challenge]) -> bool:
        claimed = any(challenge.is_stale and not challenge.obstacle for challenge in challenges)
        return claimed and self.camera not in self._false_stale

    def _header(self, challenge: Challenge, login: Login, response: ClientResponse) -> str:
        if challenge.scheme == "basic":
            return encode_basic_auth(login.username, login.password, "utf-8")
        nonce = challenge.parameters["nonce"]
        self._uses[nonce] += 1
        return digest(challenge, login, response.method, response.url.raw_path_qs, self._uses[nonce])
