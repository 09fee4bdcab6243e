import logging

import pytest

from cameras.commands.run import log_summaries
from tests.fakes import some_ticks


async def test_summary_is_logged_at_each_tick(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    await log_summaries(some_ticks(2), lambda: "live 2, failing 0")
    assert [record.getMessage() for record in caplog.records] == ["live 2, failing 0"] * 2
