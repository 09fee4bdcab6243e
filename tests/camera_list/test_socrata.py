"""Reading rows from a portal that may answer anything."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from cameras.camera_list import Limits, Portal
from cameras.camera_list.socrata import fetch_rows
from cameras.errors import DatasetError
from tests.camera_list.rows import some_rows
from tests.socrata_server import Answer, SocrataServer

ONE_ATTEMPT = Limits(retry_delays=())


@pytest.fixture
def portal(socrata: SocrataServer) -> Portal:
    return Portal(socrata.domain, "b4k4-adkb", "camera_status='TURNED_ON'")


async def test_all_pages_are_read_in_a_stable_order(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows = [*some_rows(2000), {"camera_id": "x", "camera_status": "VOID"}]
    rows = await fetch_rows(portal, ONE_ATTEMPT)
    assert [row["camera_id"] for row in rows] == [str(number) for number in range(2000)]
    assert [query["$offset"] for query in socrata.queries if "$offset" in query] == ["0", "1000", "2000"]
    assert {query["$order"] for query in socrata.queries} == {":id"}
    assert {query["$where"] for query in socrata.queries} == {"camera_status='TURNED_ON'"}


async def test_app_token_is_sent(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows, socrata.token = some_rows(1), "t0ken"
    with pytest.raises(DatasetError, match="answered 403; check SOCRATA_APP_TOKEN"):
        await fetch_rows(portal, ONE_ATTEMPT)
    assert await fetch_rows(replace(portal, app_token="t0ken"), ONE_ATTEMPT) == some_rows(1)


async def test_login_is_sent(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows, socrata.login = some_rows(1), ("us3r", "pässw0rd€")
    with pytest.raises(DatasetError, match="answered 401; check SOCRATA_USERNAME"):
        await fetch_rows(portal, ONE_ATTEMPT)
    assert await fetch_rows(replace(portal, login=("us3r", "pässw0rd€")), ONE_ATTEMPT) == some_rows(1)


def test_no_secret_is_in_the_repr_of_a_portal() -> None:
    portal = Portal("example.org", "b4k4-adkb", "", app_token="t0ken", login=("us3r", "passw0rd"))
    assert not [secret for secret in ("t0ken", "us3r", "passw0rd") if secret in repr(portal) + portal.selection]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(429, b"{}"), "answered 429; set SOCRATA_APP_TOKEN, or wait"),
        (Answer(500, b"[1]"), "answered 500; try again later"),
        (Answer(202, b""), "answered 202; try again later"),
        (Answer(404, b"{}"), "answered 404; check SOCRATA_DATASET"),
        (Answer(301, b""), "answered 301"),
        (Answer(200, b"<html>Maintenance</html>", "text/html"), "answered '<html>Maintenance</html>' instead of JSON"),
        (Answer(200, b"", "application/json"), "invalid JSON"),
        (Answer(200, b"[]", ""), "instead of JSON"),
        (Answer(200, b'[{"camera_id": "1"'), "invalid JSON"),
        (Answer(200, b"[" * 100_000), "invalid JSON"),
        (Answer(200, b'{"error": true, "message": "x"}'), "instead of a list of rows"),
        (Answer(200, b"null"), "instead of a list of rows"),
        (Answer(200, b'[["camera_id"]]'), "instead of a list of rows"),
        (Answer(200, b"[]"), "no camera rows in the answer; check SOCRATA_DATASET and SOCRATA_WHERE"),
        (Answer(200, b'[{"id": "1"}]'), "no camera rows in the answer"),
    ],
)
async def test_unexpected_answer_is_an_error_never_an_empty_list(
    socrata: SocrataServer, portal: Portal, answer: Answer, sentence: str
) -> None:
    socrata.failure = answer
    with pytest.raises(DatasetError) as caught:
        await fetch_rows(portal, ONE_ATTEMPT)
    assert sentence in str(caught.value)


async def test_compressed_answer_is_read_within_the_same_limit(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows, socrata.compressed = some_rows(1000), True
    assert await fetch_rows(portal, ONE_ATTEMPT) == some_rows(1000)
    with pytest.raises(DatasetError, match="bytes without an end"):
        await fetch_rows(portal, replace(ONE_ATTEMPT, max_page_bytes=50_000))


async def test_answer_that_is_cut_off_is_an_error(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows, socrata.cut_off = some_rows(1), True
    with pytest.raises(DatasetError, match=r"cannot be reached \(ConnectionError\)"):
        await fetch_rows(portal, ONE_ATTEMPT)


async def test_failing_portal_is_asked_again_after_each_delay(socrata: SocrataServer, portal: Portal) -> None:
    socrata.failure = Answer(503, b"")
    with pytest.raises(DatasetError, match="answered 503; try again later"):
        await fetch_rows(portal, Limits(retry_delays=(0, 0)))
    assert len(socrata.queries) == 3


async def test_unknown_certificate_is_not_trusted(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(DatasetError, match=r"cannot be reached \(SSLError\); check the network and SOCRATA_DOMAIN"):
        await fetch_rows(portal, ONE_ATTEMPT)


async def test_missing_certificate_file_is_an_error(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(DatasetError, match=r"cannot be trusted \(.*none\.pem\); check REQUESTS_CA_BUNDLE"):
        await fetch_rows(portal, ONE_ATTEMPT)


async def test_dripping_portal_is_left_at_the_deadline(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows = some_rows(1)
    socrata.dripping.set()
    with pytest.raises(DatasetError, match=r"did not deliver within 0\.3 s"):
        await fetch_rows(portal, replace(ONE_ATTEMPT, timeout=0.3))


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(retry_delays=(), max_rows=2_000), "more than 2,000 rows; check SOCRATA_WHERE"),
        (Limits(retry_delays=(), max_list_bytes=200_000), r"2\d\d,\d\d\d bytes without an end; check SOCRATA_DOMAIN"),
    ],
)
async def test_endless_pages_are_left_at_the_limit(
    limits: Limits, sentence: str, socrata: SocrataServer, portal: Portal
) -> None:
    socrata.rows = some_rows(10_000)
    with pytest.raises(DatasetError, match=sentence):
        await fetch_rows(portal, limits)
    assert len(socrata.queries) == 3


async def test_endless_answer_is_left_at_the_limit(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows = [{**row, "location_name": "x" * 5000} for row in some_rows(100)]
    with pytest.raises(DatasetError, match=r"2\d\d,\d\d\d bytes without an end; check SOCRATA_DOMAIN"):
        await fetch_rows(portal, replace(ONE_ATTEMPT, max_page_bytes=200_000))


async def test_cancelling_does_not_wait_for_the_portal(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows = some_rows(1)
    socrata.dripping.set()
    fetching = asyncio.create_task(fetch_rows(portal, ONE_ATTEMPT))
    while not socrata.queries:  # noqa: ASYNC110  the server lives in a thread
        await asyncio.sleep(0.01)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching


async def test_sixty_thousand_rows_are_read(socrata: SocrataServer, portal: Portal) -> None:
    socrata.rows = some_rows(60_000)
    assert len(await fetch_rows(portal, ONE_ATTEMPT)) == 60_000


async def test_page_that_is_repeated_ends_the_download(socrata: SocrataServer, portal: Portal) -> None:
    """A portal that ignores the offset would page endlessly."""
    page = json.dumps(some_rows(1000)).encode()
    socrata.failure = Answer(200, page)
    with pytest.raises(DatasetError, match="a page of rows that it has sent before"):
        await fetch_rows(portal, ONE_ATTEMPT)
    assert len(socrata.queries) == 2


async def test_redirect_of_the_portal_says_what_to_check(socrata: SocrataServer, portal: Portal) -> None:
    socrata.failure = Answer(301, b"", location="https://elsewhere.example.org/")
    with pytest.raises(DatasetError, match="answered 301; check SOCRATA_DOMAIN: it redirects elsewhere"):
        await fetch_rows(portal, ONE_ATTEMPT)
