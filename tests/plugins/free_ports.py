"""Ports that are free for an instance of a test.

They lie below those that the system gives to connections going out: there one of eight may be taken any moment.
"""

import pathlib
import random
import socket

from local.instances import Instance

FIRST, LAST, STEP = 20_000, 32_000, 100


class NoneFree(AssertionError):
    """Every port in the range is taken."""


def base() -> int:
    """Return a first port from which all ports of an instance are free."""
    bases = list(range(FIRST, LAST, STEP))
    random.shuffle(bases)
    for port in bases:
        if all(_free(one) for one in Instance("any", pathlib.Path("any"), port).ports.values()):
            return port
    raise NoneFree


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
