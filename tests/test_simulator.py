import socket

from cameras.commands.demo import _free_port


def test_the_demo_takes_another_port_if_its_own_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert _free_port(taken.getsockname()[1]) != taken.getsockname()[1]
