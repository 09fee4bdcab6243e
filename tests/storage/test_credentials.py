"""Against a server that checks signatures and policies."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cameras.errors import ConfigError, StoreError
from cameras.storage.s3 import open_bucket
from tests.storage.conftest import Account, Keys
from tests.storage.endpoint import BUSY, HANG, OK, endpoint

HEADERS = {"Content-Type": "image/jpeg"}


async def put(url: str, key: str = "image/1.jpg", store: str = "s3://pictures") -> int:
    async with open_bucket(store, url, pause=lambda _: 0) as bucket:
        return await bucket.put(key, b"x", HEADERS)


class Process:
    """A credential_process: a program of the operator's that prints credentials."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "credentials.json"
        self.calls = folder / "calls"
        self.calls.write_text("")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        program = f"open({str(self.calls)!r}, 'a').write('x'); print(open({str(self.file)!r}).read())"
        (folder / "program.py").write_text(program)
        (folder / "config").write_text(f"[default]\ncredential_process = {sys.executable} {folder}/program.py\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))

    def gives(self, keys: Keys, expires: datetime) -> None:
        given = {"AccessKeyId": keys.id, "SecretAccessKey": keys.secret, "Expiration": expires.isoformat()}
        self.file.write_text(json.dumps({"Version": 1, **given}))

    @property
    def count(self) -> int:
        return len(self.calls.read_text())


@pytest.fixture
def process(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    return Process(tmp_path, monkeypatch)


def soon() -> datetime:
    """Credentials that end within ten minutes are renewed before each use."""
    return datetime.now(UTC) + timedelta(minutes=1)


async def test_the_one_permission_needed_is_to_put_images(account: Account) -> None:
    assert await put(account.url) == 0
    assert account.s3.get_object(Bucket="pictures", Key="image/1.jpg")["Body"].read() == b"x"


async def test_a_put_that_no_policy_allows_is_denied(account: Account) -> None:
    with pytest.raises(StoreError, match=r"bucket s3://pictures/: 'AccessDenied'; allow s3:PutObject on its image"):
        await put(account.url, "other/1.jpg")


async def test_a_wrong_secret_is_named(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(StoreError, match="'SignatureDoesNotMatch'; check the AWS credentials"):
        await put(account.url)


async def test_an_unknown_key_is_named(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN")
    with pytest.raises(StoreError, match="'InvalidAccessKeyId'; check the AWS credentials"):
        await put(account.url)


async def test_a_session_token_is_sent_and_signed(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.role.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", account.role.secret)
    monkeypatch.setenv("AWS_SESSION_TOKEN", account.role.token)
    assert await put(account.url) == 0
    monkeypatch.setenv("AWS_SESSION_TOKEN", "wrong")
    with pytest.raises(StoreError, match="'InvalidToken'; renew the AWS credentials"):
        await put(account.url)


@pytest.mark.parametrize("prefix", ["", "with space", "straße/ünï", "a+b&c=d~e'(f)!*", "100%/%41"])
async def test_any_prefix_is_put_under_its_own_name(prefix: str, account: Account) -> None:
    key = f"image/{prefix}/A_b-1.jpg"
    assert await put(account.url, "A_b-1.jpg", f"s3://pictures/image/{prefix}") == 0
    assert account.s3.get_object(Bucket="pictures", Key=key.replace("//", "/"))["Body"].read() == b"x"


async def test_credentials_that_end_meanwhile_are_renewed(process: Process, account: Account) -> None:
    process.gives(account.uploader, soon())
    async with open_bucket("s3://pictures", account.url) as bucket:
        await bucket.put("image/1.jpg", b"x", HEADERS)
        process.gives(account.successor, datetime.now(UTC) + timedelta(hours=1))
        await bucket.put("image/1.jpg", b"x", HEADERS)
        renewals = process.count
        process.file.unlink()
        await bucket.put("image/1.jpg", b"x", HEADERS)
    assert process.count == renewals


async def test_each_attempt_is_signed_anew(process: Process, account: Account) -> None:
    process.gives(account.uploader, soon())
    async with endpoint(BUSY, BUSY, OK) as there:
        assert await put(there.url) == 0
    assert process.count == 1 + 3


async def test_credentials_that_cannot_be_renewed_are_an_outage_and_not_a_bug(
    process: Process, account: Account
) -> None:
    """aiobotocore raises RuntimeError for a role's credentials that come already expired, or so our clock says."""
    process.gives(account.uploader, datetime(2026, 3, 5, 14, tzinfo=UTC))
    async with endpoint(HANG) as there, open_bucket("s3://pictures", there.url) as bucket:
        with pytest.raises(StoreError, match=r"still expired.*check AWS credentials") as caught:
            await bucket.put("image/1.jpg", b"x", HEADERS)
        process.file.unlink()
        with pytest.raises(StoreError, match=r"custom-process.*check AWS credentials"):
            await bucket.put("image/1.jpg", b"x", HEADERS)
    assert caught.value.unanswered == 0


async def test_a_slow_renewal_holds_up_no_other_bucket(
    process: Process, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.gives(account.uploader, soon())
    async with open_bucket("s3://pictures", account.url) as slow:
        process.file.unlink()
        os.mkfifo(process.file)
        renewing = asyncio.create_task(slow.put("image/slow.jpg", b"x", HEADERS))
        while process.count < 2:  # noqa: ASYNC110  # it happens in another process
            await asyncio.sleep(0.01)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.uploader.id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", account.uploader.secret)
        assert await put(account.url) == 0
        assert not renewing.done()
        await asyncio.to_thread(process.gives, account.uploader, soon())
        assert await renewing == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("AWS_PROFILE", "nowhere"), ("AWS_CA_BUNDLE", "/nowhere.pem"), ("REQUESTS_CA_BUNDLE", "/nowhere.pem")],
)
async def test_settings_that_make_no_sense_end_the_start(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=r"AWS settings: .*; fix the AWS_ variables or files"):
        async with open_bucket("s3://pictures"):
            pass
