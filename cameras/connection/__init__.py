"""One bounded, authenticated HTTP GET to one camera.

challenge    the challenges of a 401, and which of them to answer
digest       the answer to a Digest challenge
login        sends a login to a camera that asks for one
connection   the GET that a make's fetcher uses
"""

from cameras.connection.challenge import parse_challenges
from cameras.connection.connection import Connection, Fetch, open_session

__all__ = ["Connection", "Fetch", "open_session", "parse_challenges"]
