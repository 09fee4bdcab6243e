"""A stand-in for one dataset of a Socrata portal: GET /resource/<id>.json over HTTPS."""

import base64
import gzip
import json
import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

DATASET = "b4k4-adkb"


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = "application/json;charset=utf-8"
    location: str = ""


class SocrataServer:
    """One dataset; its attributes may be set at any time."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.rows: list[dict[str, Any]] = []  # the dataset
        self.failure: Answer | None = None  # the answer to everything, when set
        self.token: str | None = None  # the only app token accepted, when set
        self.login: tuple[str, str] | None = None  # the only login accepted, when set
        self.queries: list[dict[str, str]] = []
        self.dripping = threading.Event()  # answers never end
        self.cut_off = False  # answers end a byte early
        self.compressed = False  # bodies are sent with gzip
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.domain = f"localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, target: str, token: str | None, authorization: str | None) -> Answer:
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.queries.append(query)
        if self.failure:
            return self.failure
        if self.token and token != self.token:
            return Answer(403, b'{"code":"permission_denied","error":true,"message":"Invalid app_token specified"}')
        if self.login and authorization != "Basic " + base64.b64encode(":".join(self.login).encode()).decode():
            return Answer(401, b'{"code":"authentication_required","error":true}')
        if url.path != f"/resource/{DATASET}.json":
            return Answer(404, b'{"code":"dataset.missing","error":true}')
        return self._select(query)

    def _select(self, query: dict[str, str]) -> Answer:
        """$where of the form column='text'; a page has 1,000 rows unless $limit says otherwise."""
        where = re.fullmatch(r"(\w+)='([^']*)'", query.get("$where", ""))
        if query.get("$where") and not where:
            return Answer(400, b'{"message":"Query coordinator error: query.soql"}')
        rows = [row for row in self.rows if not where or row.get(where[1]) == where[2]]
        if query.get("$order") != ":id":
            rows.reverse()  # without an order Socrata gives rows in any
        offset, limit = int(query.get("$offset", 0)), int(query.get("$limit", 1000))
        return Answer(200, json.dumps(rows[offset : offset + limit]).encode())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = server.answer(self.path, self.headers.get("X-App-Token"), self.headers.get("Authorization"))
                body = gzip.compress(answer.body) if server.compressed else answer.body
                self.send_response(answer.status)
                if answer.location:
                    self.send_header("Location", answer.location)
                if answer.content_type:
                    self.send_header("Content-Type", answer.content_type)
                if server.compressed:
                    self.send_header("Content-Encoding", "gzip")
                missing = server.dripping.is_set() or server.cut_off
                self.send_header("Content-Length", str(len(body) + missing))
                self.end_headers()
                self.wfile.write(body)
                if server.dripping.is_set():
                    server.stopped.wait()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
