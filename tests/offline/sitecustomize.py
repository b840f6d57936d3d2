"""No network: every Python process that finds this file first on its path may talk to its own
machine only.

The tests load it and hand it on to the kernels and commands they start, so that whatever reaches
out fails.
"""

import sys

LOCAL = ("127.0.0.1", "::1", "localhost", "", None)


def refuse(event: str, args: tuple) -> None:
    """An audit hook: names and addresses of other machines are refused before anything is sent."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in LOCAL:
        raise OSError(f"the tests allow no network: {event} to {host}")


sys.addaudithook(refuse)
