"""One process a participant: relay, consumer, directory and timers as loops. One that ends ends all.

The supervisor starts the process again. So no loop mends itself, and a fault of the database is
never half a fault.
"""

import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import cast

import structlog
from django.db import connection
from psycopg import Connection

from federation import clock
from federation.bus import client, consumer, directory, inbox, local, outbox, relay, topics

log = structlog.get_logger()

Tick = Callable[..., object]
Loop = Callable[[threading.Event], None]

RELAY_LOCK, CONSUMER_LOCK = 0x7A656E01, 0x7A656E02
"""Advisory locks of one database, held as long as the session: one relay and one consumer a participant (F21)."""
GRACE = 10.0


def run(stop: threading.Event, loops: Mapping[str, Loop]) -> list[str]:
    """Run `loops` until `stop` is set or one of them ends; return the names of those that failed."""
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=len(loops))
    running = {pool.submit(_closing, loop, stop): name for name, loop in loops.items()}
    concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
    stop.set()
    done, late = concurrent.futures.wait(running, timeout=GRACE)
    pool.shutdown(wait=False, cancel_futures=True)
    failed = []
    for future in done:
        error = future.exception()
        if error is not None:
            failed.append(running[future])
            log.error("loop of the worker failed", loop=running[future], exc_info=error)
    return failed + [running[future] for future in late]


def own_loops() -> dict[str, Loop]:
    """Return the loops of this participant: those of the bus, and the timers that the settings name."""
    timers = local.setting("WORKER_TIMERS", dict[str, tuple[str, float]]())
    loops: dict[str, Loop] = {"relay": relay_loop, "consumer": consumer_loop, "directory": directory_loop}
    loops["keeper"] = lambda stop: timer_loop(stop, inbox.forget_old_payloads, 3600.0)
    for name, (path, seconds) in timers.items():
        loops[name] = _timer(path, seconds)
    return loops


def relay_loop(stop: threading.Event) -> None:
    """Send what is due whenever the outbox changes, and every second anyway."""
    with contextlib.closing(client.publisher()) as publisher:
        if not hold(stop, RELAY_LOCK):
            return
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {outbox.CHANNEL}")
        while not stop.is_set():
            if relay.send_due(publisher, clock.now()) == 0:
                _listen(1.0)


def consumer_loop(stop: threading.Event) -> None:
    """Store what comes and apply what is stored."""
    with contextlib.closing(client.reader(topics.inbox_of(local.participant()))) as reader:
        if not hold(stop, CONSUMER_LOCK):
            return
        while not stop.is_set():
            try:
                consumer.store_next(reader, clock.now())
            except topics.BusUnavailable as unavailable:
                log.warning("inbox cannot be read", cause=unavailable.facts.get("cause"))
                stop.wait(1.0)
            while not stop.is_set() and consumer.apply_one(clock.now()):
                pass


def directory_loop(stop: threading.Event) -> None:
    """Read the directory from its start, and then whatever comes."""
    offset = 0
    with contextlib.closing(client.reader(topics.DIRECTORY)) as reader:
        while not stop.is_set():
            try:
                if not reader.continued:
                    offset = reader.describe().start
                    reader.continued = True
                offset = directory.read_next(reader, offset, clock.now())
            except (topics.BusUnavailable, topics.PositionLost) as unavailable:
                log.warning("directory cannot be read", cause=unavailable.facts.get("cause"))
            stop.wait(1.0)


def timer_loop(stop: threading.Event, tick: Tick, seconds: float) -> None:
    """Call `tick` again and again, with `seconds` between."""
    while not stop.is_set():
        tick(at=clock.now())
        stop.wait(seconds)


def hold(stop: threading.Event, lock: int) -> bool:
    """Wait for a session's advisory lock; False when stopped before. The lock goes with the connection."""
    while not stop.is_set():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
            (held,) = cursor.fetchone()
        if held:
            return True
        stop.wait(1.0)
    return False


def _timer(path: str, seconds: float) -> Loop:
    return lambda stop: timer_loop(stop, cast("Tick", local.named(path)), seconds)


def _closing(loop: Loop, stop: threading.Event) -> None:
    """Run a loop with a database connection of its own, closed at its end."""
    try:
        loop(stop)
    finally:
        connection.close()


def _listen(seconds: float) -> None:
    """Wait until somebody puts a message, at most `seconds`."""
    raw = cast("Connection[object]", connection.connection)
    for _ in raw.notifies(timeout=seconds, stop_after=1):
        pass
