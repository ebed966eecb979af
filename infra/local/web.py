"""The web process of a participant on one machine: granian on a socket that survives a power cut.

Granian serves from a child process. When the parent is killed, that child would go on alone, hold
the socket and keep the next start away; so it asks the kernel to end with its parent. The socket
file that a killed process leaves is removed before the next one listens.
"""

import ctypes
import os
import pathlib
import signal
import sys

import granian
from django.core import wsgi
from django.core.handlers.wsgi import WSGIHandler

SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""

THREADS = 8
WAITING = 256


def main() -> None:
    """Serve the program that DJANGO_SETTINGS_MODULE names on the socket that the first argument names."""
    path = pathlib.Path(sys.argv[1])
    path.unlink(missing_ok=True)
    granian.Granian(
        "local.web:load",
        factory=True,
        uds=path,
        uds_permissions=0o600,
        interface="wsgi",
        http="1",
        websockets=False,
        workers=1,
        blocking_threads=THREADS,
        backpressure=WAITING,
        workers_kill_timeout=10,
    ).serve()


def load() -> WSGIHandler:
    """Return the application, in the child process that serves it."""
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() == 1:
        raise SystemExit("the parent ended before its child began")
    return wsgi.get_wsgi_application()


if __name__ == "__main__":
    main()
