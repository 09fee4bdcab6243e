"""Fixtures only."""

import json
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest

from tests.moto_server import moto_server

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

POLICY = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": ""}}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}


class Keys(NamedTuple):
    id: str
    secret: str
    token: str = ""


class Account(NamedTuple):
    """A stand-in for AWS that checks signatures and policies."""

    url: str
    uploader: Keys  # may put s3://pictures/image/* and nothing else
    successor: Keys  # likewise
    role: Keys  # likewise, for a session
    s3: "S3Client"  # may do all


@pytest.fixture(scope="module")
def _account() -> Iterator[Account]:
    with moto_server() as url:
        login: Any = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        iam = boto3.client("iam", endpoint_url=url, **login)
        users = [
            _user(iam, "uploader", "arn:aws:s3:::pictures/image/*"),
            _user(iam, "successor", "arn:aws:s3:::pictures/image/*"),
            _user(iam, "administrator", "*", "*"),
        ]
        iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps({**POLICY, "Statement": TRUST}))
        iam.put_role_policy(RoleName="role", PolicyName="p", PolicyDocument=_policy("arn:aws:s3:::pictures/image/*"))
        sts = boto3.client("sts", endpoint_url=url, **login)
        session = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/role", RoleSessionName="session")[
            "Credentials"
        ]
        role = Keys(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
        administrator = {"aws_access_key_id": users[2].id, "aws_secret_access_key": users[2].secret}
        s3 = boto3.client("s3", endpoint_url=url, **{**login, **administrator})
        s3.create_bucket(Bucket="pictures")
        strict = urllib.request.Request(f"{url}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
        urllib.request.urlopen(strict).close()
        yield Account(url, users[0], users[1], role, s3)
        for client in (iam, sts, s3):
            client.close()


@pytest.fixture
def account(_account: Account, clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The environment holds the uploader's keys."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", _account.uploader.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", _account.uploader.secret)
    return _account


def _user(iam: Any, name: str, resource: str, action: str = "s3:PutObject") -> Keys:
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=_policy(resource, action))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


def _policy(resource: str, action: str = "s3:PutObject") -> str:
    return json.dumps({**POLICY, "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}})
