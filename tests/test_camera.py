import pytest

from cameras.camera import Address, Camera, Login


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.1.2.3", "10.1.2.3", None),
        ("10.1.2.3:8080", "10.1.2.3", 8080),
        ("2001:db8::5", "2001:db8::5", None),
        ("2001:DB8:0::5", "2001:db8::5", None),
        ("[2001:db8::5]", "2001:db8::5", None),
        ("[2001:db8::5]:81", "2001:db8::5", 81),
        ("::ffff:10.1.2.3", "10.1.2.3", None),
        ("Cam-5.Example.org:81", "cam-5.example.org", 81),
        ("camera5", "camera5", None),
    ],
)
def test_address_is_an_ip_address_or_host_name_with_a_port(text: str, host: str, port: int | None) -> None:
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.1.2",
        "10.1.2.300",
        "010.1.2.3",
        "0x7f000001",
        "2130706433",
        "10.1.2.3:0",
        "10.1.2.3:65536",
        "10.1.2.3:http",
        "h:0000199999",
        "2001:db8::1%a b\r\nX: 1",
        "10.1.2.3 ",
        "2001:db8::5:99999",
        "http://10.1.2.3/",
        "https://user:pw@10.1.2.3",
        "https://",
        "rtsp://10.1.2.3",
        "user:pw@10.1.2.3",
        "localhost; rm -rf /",
        "-host",
        "a..b",
        "a" * 64,
        "[10.1.2.3",
        "host:",
        ":80",
        "café",
    ],
)
def test_any_other_text_is_not_an_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an IPv4 or IPv6 address or a host name|port"):
        Address.parse(text)


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "fd00:ec2::254", "[fe80::1]:80", "::ffff:169.254.169.254", "0.0.0.0", "224.0.0.1"]
)
def test_link_local_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="link-local"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://10.1.2.3", Address("10.1.2.3", scheme="https")),
        ("HTTP://10.1.2.3:8080", Address("10.1.2.3", 8080, "http")),
        ("https://[2001:db8::5]:81", Address("2001:db8::5", 81, "https")),
        ("https://Cam5.example.org", Address("cam5.example.org", scheme="https")),
    ],
)
def test_address_may_have_a_scheme(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    ("text", "http", "port_8902"),
    [
        ("10.1.2.3", "http://10.1.2.3", "https://10.1.2.3:8902"),
        ("10.1.2.3:81", "http://10.1.2.3:81", "https://10.1.2.3:81"),
        ("https://10.1.2.3", "https://10.1.2.3", "https://10.1.2.3:8902"),
        ("http://10.1.2.3", "http://10.1.2.3", "http://10.1.2.3"),
        ("http://[::1]:81", "http://[::1]:81", "http://[::1]:81"),
    ],
)
def test_make_fills_in_the_scheme_and_port_not_given(text: str, http: str, port_8902: str) -> None:
    assert Address.parse(text).origin("http", None) == http
    assert Address.parse(text).origin("https", 8902) == port_8902


@pytest.mark.parametrize("text", ["10.1.2.3", "10.1.2.3:8080", "[2001:db8::5]:81", "camera5:81"])
def test_address_is_formatted_for_a_url(text: str) -> None:
    assert str(Address.parse(text)) == text
    assert str(Address.parse("2001:db8::5")) == "[2001:db8::5]"


@pytest.mark.parametrize(
    ("username", "password", "reason"),
    [
        ("us3r:name", "s3cret", "cannot contain a colon"),
        ("us3r\n", "s3cret", "control characters"),
        ("us3r", "s3cret\0", "control characters"),
        ("us3r", "s3cret\udce9", "broken UTF-8"),
    ],
)
def test_login_that_no_camera_could_accept_is_a_value_error(username: str, password: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        Login(username, password, "TEST_USERNAME")
    assert "3" not in str(caught.value).replace("RFC 7617", "")


def test_camera_shows_its_id_and_make_but_no_login() -> None:
    camera = Camera("105", "Spectra Enhanced", Address("10.1.2.3"), Login("vi3wer", "s3cret", "CAMERA_USERNAME"))
    assert str(camera) == "camera 105 (Spectra Enhanced)"
    assert camera.prefix == "SPECTRA_ENHANCED"
    assert "s3cret" not in repr(camera)
    assert "vi3wer" not in repr(camera)
