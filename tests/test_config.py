from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

import config as config_module
from cameras import values
from cameras.errors import ConfigError, InvalidSettings
from config import HERE, Config, from_environment, setting

MAKES = ["AXIS", "WISENET"]


def test_defaults_apply_when_nothing_is_set() -> None:
    config = from_environment({}, MAKES)
    assert config == Config()
    assert (config.store, config.interval, config.timeout) == ("public", 300, 60)
    assert config.fallback_image == HERE / "fallback.jpg"


def test_empty_value_counts_as_unset() -> None:
    assert from_environment({"INTERVAL": "  ", "STORE": ""}, MAKES) == Config()


def test_a_blank_address_means_no_status_page() -> None:
    assert from_environment({"STATUS_ADDRESS": " "}, MAKES) == replace(Config(), status_address=None)


def test_the_endpoint_for_s3_wins_over_the_one_for_all_of_aws() -> None:
    endpoints = {"AWS_ENDPOINT_URL": "http://all.example.org", "AWS_ENDPOINT_URL_S3": "http://s3.example.org"}
    assert from_environment(endpoints, MAKES).aws_endpoint_url == "http://s3.example.org"


def test_addresses_are_shown_by_yes_and_no_alone() -> None:
    shown = {value: from_environment({"STATUS_SHOW_ADDRESSES": value}, MAKES) for value in ("yes", "NO")}
    assert [config.status_show_addresses for config in shown.values()] == [True, False]
    with pytest.raises(ConfigError, match="STATUS_SHOW_ADDRESSES='1' must be yes or no"):
        from_environment({"STATUS_SHOW_ADDRESSES": "1"}, MAKES)


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        from_environment(
            {
                "INTERVAL": "5m",
                "MAX_FAILURES": "0",
                "STORE": "gs://bucket",
                "LOG_LEVEL": "loud",
                "CAMERA_ADDRESSES": "/no/such/file.csv",
                "SOCRATA_DOMAIN": "https://example.org/",
                "WISENET_USERNAME": "viewer",
                "SOCRATA_PASSWORD": "hidden",
                "AXIS_USERNAME": "a:b",
                "AXIS_PASSWORD": "hidden",
            },
            MAKES,
        )
    message = str(caught.value)
    assert "INTERVAL='5m' must be a number of seconds from 0.1 to 86400, such as 300" in message
    assert "MAX_FAILURES='0' must be a whole number from 1" in message
    assert "STORE='gs://bucket' must be s3://bucket/prefix or the path of a folder" in message
    assert "LOG_LEVEL='loud' must be one of DEBUG, INFO, WARNING, ERROR" in message
    assert "CAMERA_ADDRESSES='/no/such/file.csv' is not a file" in message
    assert "SOCRATA_DOMAIN='https://example.org/' must be a bare host name" in message
    assert "WISENET_USERNAME is set but WISENET_PASSWORD is not" in message
    assert "SOCRATA_PASSWORD is set but SOCRATA_USERNAME is not" in message
    assert "AXIS_USERNAME and AXIS_PASSWORD: a username cannot contain a colon" in message
    assert "hidden" not in message
    assert "\n" not in message


def test_never_publish_is_ids_or_a_file_that_is_read_later(tmp_path: Path) -> None:
    hidden = tmp_path / "never-publish.txt"
    hidden.touch()
    assert from_environment({"NEVER_PUBLISH": "612, 613,a-1,"}, MAKES).never_publish == frozenset({"612", "613", "a-1"})
    assert from_environment({"NEVER_PUBLISH": str(hidden)}, MAKES).never_publish == hidden


def test_more_hidden_cameras_than_a_file_name_has_characters() -> None:
    many = frozenset(str(id) for id in range(1000, 2000))
    assert from_environment({"NEVER_PUBLISH": ",".join(many)}, MAKES).never_publish == many


def test_missing_file_of_hidden_cameras_is_an_error(tmp_path: Path) -> None:
    missing = tmp_path / "never-publish.txt"
    with pytest.raises(ConfigError, match=r"NEVER_PUBLISH=.* must be camera ids, .*, or the path of a file"):
        from_environment({"NEVER_PUBLISH": str(missing)}, MAKES)


def test_status_hosts_are_bare_names() -> None:
    hosts = from_environment({"STATUS_HOSTS": "Cameras.example.org, wall"}, MAKES).status_hosts
    assert hosts == frozenset({"cameras.example.org", "wall"})
    for value in ("https://example.org", "example.org:443"):
        with pytest.raises(ConfigError, match="STATUS_HOSTS"):
            from_environment({"STATUS_HOSTS": value}, MAKES)


def test_camera_networks_are_cidrs() -> None:
    networks = from_environment({"CAMERA_NETWORKS": "10.1.0.0/16, 2001:db8::/32 192.0.2.7"}, MAKES).camera_networks
    assert list(map(str, networks or ())) == ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7/32"]
    assert from_environment({}, MAKES).camera_networks is None
    for value, problem in {"10.0.0.0/8,10.1.2.3/16": "10.1.2.3/16 has host bits set", "lan": "'lan' does not"}.items():
        with pytest.raises(ConfigError, match=f"CAMERA_NETWORKS='{value}' must be networks such as .*: {problem}"):
            from_environment({"CAMERA_NETWORKS": value}, MAKES)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", "1e9", "0x10"])
def test_invalid_interval_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="INTERVAL"):
        from_environment({"INTERVAL": value}, MAKES)


def test_make_without_a_login_uses_the_common_one() -> None:
    config = from_environment(
        {"CAMERA_USERNAME": "all", "CAMERA_PASSWORD": "1", "WISENET_USERNAME": "own", "WISENET_PASSWORD": "2"}, MAKES
    )
    own, common = config.logins.for_make("WISENET"), config.logins.for_make("AXIS")
    assert own
    assert common
    assert (own.username, own.password, own.source) == ("own", "2", "WISENET_USERNAME")
    assert (common.username, common.password, common.source) == ("all", "1", "CAMERA_USERNAME")
    assert from_environment({}, MAKES).logins.for_make("AXIS") is None


def test_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("viewer\n")
    (tmp_path / "password").write_text(" s3cret with spaces \n")
    files = {"CAMERA_USERNAME_FILE": str(tmp_path / "user"), "CAMERA_PASSWORD_FILE": str(tmp_path / "password")}
    login = from_environment(files, MAKES).logins.for_make("AXIS")
    assert login
    assert (login.username, login.password) == ("viewer", " s3cret with spaces ")


def test_both_forms_of_a_secret_and_unreadable_files_are_errors(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("x" * 5000)
    environ = {
        "SOCRATA_APP_TOKEN": "t0ken",
        "SOCRATA_APP_TOKEN_FILE": str(tmp_path / "token"),
        "CAMERA_USERNAME_FILE": str(tmp_path / "none"),
        "CAMERA_PASSWORD_FILE": str(tmp_path / "empty"),
        "AXIS_USERNAME_FILE": str(tmp_path / "binary"),
        "AXIS_PASSWORD_FILE": str(tmp_path / "large"),
    }
    with pytest.raises(InvalidSettings) as caught:
        from_environment(environ, MAKES, lines("CAMERA_USERNAME_FILE"))
    token, username, password, binary, large = caught.value.problems
    assert token == "SOCRATA_APP_TOKEN_FILE and SOCRATA_APP_TOKEN are both set; keep one"
    assert username == (
        f".env line 1: CAMERA_USERNAME_FILE names {tmp_path}/none, which cannot be read: No such file or directory"
    )
    assert password.endswith("/empty, which must have 1 to 4096 bytes")
    assert binary.endswith("/binary, which is not UTF-8 text")
    assert large.endswith("/large, which must have 1 to 4096 bytes")
    assert "t0ken" not in str(caught.value)


def test_bucket_is_another_name_for_a_store() -> None:
    assert from_environment({"BUCKET": "pictures"}, MAKES).store == "s3://pictures"
    with pytest.raises(ConfigError, match="BUCKET and STORE are both set; keep one"):
        from_environment({"BUCKET": "pictures", "STORE": "public"}, MAKES)
    with pytest.raises(ConfigError, match=r"STORE='s3://My Bucket' must be"):
        from_environment({"BUCKET": "My Bucket"}, MAKES)


def test_no_secret_is_in_the_repr() -> None:
    config = from_environment(
        {
            "SOCRATA_APP_TOKEN": "t0ken",
            "SOCRATA_USERNAME": "us3r",
            "SOCRATA_PASSWORD": "passw0rd",
            "CAMERA_USERNAME": "vi3wer",
            "CAMERA_PASSWORD": "s3cret",
        },
        MAKES,
    )
    for secret in ("t0ken", "us3r", "passw0rd", "vi3wer", "s3cret"):
        assert secret not in repr(config)
        assert secret not in repr(config.logins.for_make("AXIS"))


def test_systemds_folders_are_used_for_log_and_state() -> None:
    config = from_environment({"LOGS_DIRECTORY": "/var/log/cctv-images", "STATE_DIRECTORY": "/a:/b"}, MAKES)
    assert config.log_file == Path("/var/log/cctv-images/cctv.log")
    assert config.state_directory == Path("/a")
    assert from_environment({"LOGS_DIRECTORY": "/l", "LOG_FILE": "/x.log"}, MAKES).log_file == Path("/x.log")


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        ("/var/lib/cctv-images", "/var/lib/cctv-images"),
        ("/var/lib/cctv-images:/var/lib/other", "/var/lib/cctv-images"),  # as systemd lists several
        ("/srv/cctv:old", "/srv/cctv:old"),
        ("state:old", "state:old"),
        ("c:/state", "c:/state"),
    ],
)
def test_state_directory_may_hold_a_colon(value: str, folder: str) -> None:
    assert from_environment({"STATE_DIRECTORY": value}, MAKES).state_directory == Path(folder)


def test_bucket_as_state_directory_is_refused_and_shown_in_full() -> None:
    with pytest.raises(ConfigError, match="STATE_DIRECTORY='s3://private-bucket/prefix' must be the path of a folder"):
        from_environment({"STATE_DIRECTORY": "s3://private-bucket/prefix"}, MAKES)


def test_value_of_a_secret_setting_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Secrets:
        app_token: int = setting(1, "help", values.count, secret=True)
        url: str = setting("", "help", values.web_url)
        limit: int = setting(1, "help", values.count)

    monkeypatch.setattr(config_module, "SETTINGS", fields(Secrets))
    with pytest.raises(ConfigError) as caught:
        from_environment({"APP_TOKEN": "s3cret", "URL": "https://u:p@h", "LIMIT": "no"}, MAKES)
    assert str(caught.value).startswith("APP_TOKEN must be a whole number")
    assert "; URL must be a URL" in str(caught.value)
    assert "; LIMIT='no' must be a whole number" in str(caught.value)


def lines(*names: str) -> dict[str, str]:
    return {name: f".env line {number}" for number, name in enumerate(names, 1)}


def test_misspelled_name_in_a_settings_file_is_an_error() -> None:
    with pytest.raises(
        ConfigError, match=r"^\.env line 1: SOCRATA_DATSET is not a setting; did you mean SOCRATA_DATASET\?"
    ):
        from_environment({}, MAKES, lines("SOCRATA_DATSET", "AWS_PROFILE", "HTTPS_PROXY"))
    with pytest.raises(ConfigError, match="did you mean WISENET_PASSWORD"):
        from_environment({}, MAKES, lines("WISNET_PASSWORD"))
    from_environment({}, MAKES, lines("AWS_PROFILE", "HTTPS_PROXY", "STORE", "TZ", "AWS_ENDPOINT_URL_S3"))


def test_misspelled_name_in_the_environment_is_a_warning() -> None:
    """Other programs' names may resemble a setting."""
    config = from_environment({"STATUS_ADRESS": "x", "STROE": "y", "PATH": "/bin"}, MAKES, lines("TZ"))
    assert config.warnings == ("STATUS_ADRESS is not a setting; did you mean STATUS_ADDRESS? It is in the environment",)


def test_names_that_systemd_sets_are_no_misspellings() -> None:
    folders = ("CACHE", "CONFIGURATION", "CREDENTIALS", "LOGS", "RUNTIME", "STATE")
    environ = {f"{name}_DIRECTORY": "/x" for name in folders} | {"SETTINGS_FILE": "x", "INVOCATION_ID": "x"}
    assert from_environment(environ, MAKES).warnings == ()


def test_each_problem_is_a_sentence_of_its_own_with_its_line() -> None:
    environ = {"INTERVAL": "x", "TIMEOUT": "y", "AXIS_USERNAME": "me"}
    with pytest.raises(InvalidSettings) as caught:
        from_environment(environ, MAKES, lines("INTERVAL", "AXIS_USERNAME"))
    interval, timeout, login = caught.value.problems
    assert interval.startswith(".env line 1: INTERVAL='x' must be")
    assert timeout.startswith("TIMEOUT='y' must be")
    assert login == ".env line 2: AXIS_USERNAME is set but AXIS_PASSWORD is not; set both or neither"


def test_with_only_some_settings_no_other_can_be_wrong() -> None:
    config = from_environment({"STATE_DIRECTORY": "/s", "INTERVAL": "x"}, MAKES, only=("STATE_DIRECTORY",))
    assert config == replace(Config(), state_directory=Path("/s"))


def test_control_socket_is_in_systemds_folder_else_beside_the_state() -> None:
    assert from_environment({"RUNTIME_DIRECTORY": "/run/a:/run/b"}, MAKES).control_folder == Path("/run/a")
    assert from_environment({"STATE_DIRECTORY": "/s"}, MAKES).control_folder == Path("/s")


@pytest.mark.parametrize(
    "settings",
    [
        {"SOCRATA_DOMAIN": "user:s3cret@example.org"},
        {"STORE": "https://user:s3cret@example.org/"},
        {"PUBLIC_URL": "https://user:s3cret@example.org/"},
        {"CAMERA_USERNAME": "user", "CAMERA_PASSWORD": "s3cret\udce9"},
        {"CAMERA_USERNAME": "user", "CAMERA_PASSWORD": "s3cret\n"},
        {"LOG_FILE": "~nobody-of-this-name/x"},
        {"CAMERA_ADDRESSES": "x" * 5000},
        {"SOCRATA_DOMAIN": "x" * 64},
        {"SOCRATA_DATASET": "all of them"},
        {"STORE": "s3:bucket"},
        {"STORE": "s3://My Bucket"},
        {"STATUS_ADDRESS": "example.org:80"},
        {"STATUS_ADDRESS": "127.0.0.1:00000080999999"},
        {"MAX_FAILURES": "00000000199999999999"},
        {"PUBLIC_URL": "http://[::1"},
        {"PUBLIC_URL": "https://"},
        {"PUBLIC_URL": "https://example.org:99999"},
    ],
)
def test_invalid_values_are_refused_without_showing_a_login(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        from_environment({name: value + "." * value.endswith("\n") for name, value in settings.items()}, MAKES)
    assert max(settings, key=len) in str(caught.value) or min(settings) in str(caught.value)
    assert "s3cret" not in str(caught.value)
