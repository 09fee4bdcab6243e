"""The page in Debian's Chromium, with 1,000 cameras; its screenshots are looked at by people (SCREENSHOTS=folder)."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from cameras.camera import Address, Camera
from cameras.errors import HttpError, LoginRejected, Unreachable
from cameras.makes import all_makes
from cameras.service.metrics import Metrics
from cameras.simulator import scene
from cameras.simulator.fleet import austin
from cameras.status_page import open_page
from cameras.store.folder import FolderStore
from cameras.store.uploads import Uploads
from cameras.values import Listen
from cameras.watch.fleet import Fleet
from cameras.watch.status import FROZEN_AFTER, Outcome
from tests.fakes import Clock, fleet_of
from tests.process import MAX_WAIT, PROGRAM

expect.set_options(timeout=MAX_WAIT * 1000)

DRAWN = 100  # pictures, as many as a screenshot shows; the cameras after these have the same again
ERRORS = (
    Unreachable("no connection in time"),
    LoginRejected("401 after Digest MD5", "check WISENET_USERNAME"),
    HttpError(404, "Not Found"),
)


@cache
def _drawn(id: str, place: str, seconds: float) -> bytes:
    return scene.draw(f"{id} {place}", id, seconds, "14:00", quality=50)


def _thousand(folder: Path) -> Fleet:
    """962 live, 3 of them frozen; 21 failing, 17 stopped: with real places and drawn pictures."""
    clock, makes = Clock(), [make.name for make in all_makes()]
    rows = austin(1000)
    listed = [
        Camera(
            row.id, makes[number % len(makes)], Address("10.0.0.1"), None, None, row.place, row.longitude, row.latitude
        )
        for number, row in enumerate(rows)
    ]
    fleet = fleet_of(listed, _uploads(folder, clock), clock, skipped={"no address": ["1"] * 7})
    (folder / "image").mkdir(parents=True)
    fallback = (PROGRAM.parent / "fallback.jpg").read_bytes()
    for number, status in enumerate(fleet.statuses):
        now = clock() - timedelta(seconds=number % 300)
        status.shown_at = now
        if number % 1000 % 26 == 7:
            status.error = ERRORS[number % 3]
            status.failures, status.failing_since = number % 4 + 1, now - timedelta(minutes=number)
            status.stopped, status.next_attempt = number > 540, now + timedelta(seconds=300)
            status.outcomes.append(Outcome(now, type(status.error).__name__, str(status.error), 10.0, 0))
        else:
            status.last_live, status.identical = now, FROZEN_AFTER if number % 331 == 5 else 0
            status.outcomes.append(Outcome(now, "live", "", 0.31, 21_400))
        drawn = _drawn(rows[number % DRAWN].id, rows[number % DRAWN].place, float(number % DRAWN))
        (folder / f"image/{status.camera.id}.jpg").write_bytes(fallback if status.error else drawn)
    return fleet


def _uploads(folder: Path, clock: Clock) -> Uploads:
    return Uploads(FolderStore(folder), 300, Metrics(), clock.seconds)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        arguments = [
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-quic",
            "--disable-sync",
        ]
        browser = await driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", *arguments])
        yield browser
        await browser.close()


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[tuple[str, Fleet]]:
    fleet = _thousand(tmp_path / "public")
    async with open_page(fleet, Metrics().registry, Listen("127.0.0.1", 0)) as address:
        yield f"http://{address}/", fleet


async def _open(
    browser: Browser, url: str, width: int, scheme: Literal["light", "dark"] = "light", javascript: bool = True
) -> Page:
    page = await browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(url)
    assert complaints == []
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_wall_fits_every_width_in_both_color_schemes(
    browser: Browser, url: tuple[str, Fleet], width: int, scheme: Literal["light", "dark"]
) -> None:
    page = await _open(browser, url[0], width, scheme)
    assert await page.locator("h1").inner_text() == "39 offline of 1000 cameras"
    assert await page.locator(".card").count() == 1000
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    assert dark == (scheme == "dark")
    await page.locator(".card img").first.evaluate("(image) => image.decode()")
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/wall-{width}-{scheme}.png")


async def test_refresh_replaces_only_what_has_changed(browser: Browser, url: tuple[str, Fleet]) -> None:
    page = await _open(browser, url[0], 1280)
    status = next(status for status in url[1].statuses if status.state == "live")
    await page.evaluate("for (const card of document.querySelectorAll('.card')) card.same = true")
    status.error, status.failing_since, status.failures = ERRORS[0], status.last_live, 1
    await page.evaluate("refresh()")
    await page.wait_for_selector(f"section[data-group=failing] #camera-{status.camera.id}")
    assert await page.locator("h1").inner_text() == "40 offline of 1000 cameras"
    assert await page.evaluate("[...document.querySelectorAll('.card')].filter((card) => card.same).length") == 999


async def test_wall_is_filtered_while_one_types(browser: Browser, url: tuple[str, Fleet]) -> None:
    page = await _open(browser, url[0], 1280)
    await page.locator("[name=q]").fill("lamar")
    await expect(page.locator("[data-part=shown]")).not_to_have_text("1000 shown")
    assert page.url.endswith("/?q=lamar")
    places = await page.locator(".card h3").all_text_contents()
    assert places
    assert all("LAMAR" in place.upper() for place in places)
    await page.locator("[name=q]").fill("no such street")
    await page.wait_for_selector("text=No camera matches this filter")
    await page.locator("[name=q]").fill("")
    await expect(page.locator(".card")).to_have_count(1000)


async def test_filter_and_links_work_without_javascript(browser: Browser, url: tuple[str, Fleet]) -> None:
    page = await _open(browser, url[0], 390, javascript=False)
    await page.locator("[name=state]").select_option("stopped")
    await page.locator("button").click()
    assert await page.locator(".card").count() == sum(status.stopped for status in url[1].statuses)
    await page.locator(".card h3 a").first.click()
    assert await page.locator("text=tries it again").count() == 1
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/camera-390.png")
