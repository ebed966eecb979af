"""`manage.py worker`: the one background process of a participant."""

import os
import signal
import sys
import threading

from django.core.management.base import BaseCommand

from federation.bus import worker


class Command(BaseCommand):
    """Will run relay, consumer, directory and timers until told to stop."""

    help = "Runs the background process of this participant: relay, consumer, directory, timers."

    def handle(self, **_options: object) -> None:
        """Run until SIGTERM or SIGINT, or until one loop ends: then the supervisor starts the process again."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        failed = worker.run(stop, worker.own_loops())
        sys.stdout.flush()
        sys.stderr.flush()
        # A thread that hangs in a client of the broker must not keep a process alive that has ended.
        os._exit(1 if failed else 0)
