import socket
from pathlib import Path

import pytest

from cameras.commands.demo import open_demo_page
from cameras.service import Metrics
from cameras.values import Listen
from tests.status_page.example_fleet import make_fleet


async def test_demo_page_takes_another_port_if_its_own_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with open_demo_page(make_fleet(tmp_path), Metrics().registry, "demo", Listen("127.0.0.1", port)):
            printed = capsys.readouterr().out
    assert printed.startswith("Open http://127.0.0.1:")
    assert f":{port}/" not in printed
