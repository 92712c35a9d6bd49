"""The address that a server listens at."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from indexer.core.errors import AddressNotFree, InvalidSetting

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that mean all of a machine, and those at which it reaches itself."""


def page_address(host: str, port: int) -> str:
    """Where a browser on this machine finds the page of a server that listens at an address."""
    own = ANYWHERE.get(host, host)
    return f"http://[{own}]:{port}/" if ":" in own else f"http://{own}:{port}/"


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket at an address, which is let go in the end.

    It is said to be of TCP, and asyncio then sends what is written at once (`TCP_NODELAY`): an answer goes
    out as a head and a body, and the body would wait until the client acknowledges the head, 40 ms on Linux.

    Raises:
        InvalidSetting: no address is given.
        AddressNotFree: another process has it, it is not of this machine, or it is not allowed.
    """
    if not host.strip():
        raise InvalidSetting(
            "--host is empty, which would listen everywhere: say 127.0.0.1 for this machine alone, or 0.0.0.0"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, port))
        except OSError as error:
            raise AddressNotFree(
                f"cannot listen at {host}, port {port} ({error.strerror or error}): stop what listens there,"
                " or choose with --host and --port"
            ) from error
        yield opened
