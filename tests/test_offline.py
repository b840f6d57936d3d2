"""The network is cut for every test, and a process in a namespace without one does all the work."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

REACH_OUT = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"


@pytest.mark.parametrize(
    "call",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), 1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
    ],
)
def test_nothing_reaches_out(call):
    with pytest.raises(OSError, match="the tests allow no network"):
        call()


def test_not_even_a_packet():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
        pytest.raises(OSError, match="the tests allow no network"),
    ):
        out.sendto(b"", ("192.0.2.1", 53))


def test_nor_does_a_process_that_a_test_starts():
    done = subprocess.run(
        [sys.executable, "-c", REACH_OUT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "the tests allow no network" in done.stderr


def test_the_own_machine_may_be_spoken_to():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), 5).close()
