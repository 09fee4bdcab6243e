"""One bounded, authenticated HTTP GET to one camera.

challenge    the challenges of a 401, and which of them to answer
digest       the answer to a Digest challenge
client       HTTP sessions to cameras, and what was learnt about each camera
refusal      an answer other than 200, or none -> the error for the operator
login        the logins that a camera is sent in one cycle
connection   the GET that a make's fetcher uses
"""

from cameras.connection.challenge import parse_challenges
from cameras.connection.client import Client
from cameras.connection.connection import Connection, Fetch

__all__ = ["Client", "Connection", "Fetch", "parse_challenges"]
