"""Where the control socket is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET = "control.sock"


@contextmanager
def socket_path(folder: Path) -> Iterator[str]:
    """The path of the socket in `folder`, as bind and connect take it; OSError if there is no such folder.

    It goes through a descriptor of the folder, because the path of a socket has at most 107 bytes: unix(7).
    """
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)
