"""Two towns, their people, the bus between them, and everything that can go wrong with each."""

import dataclasses
import datetime
import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from tests.loss.histories.observing import Observer, Side
from tests.loss.histories.tally import Tally

from crashing import Death, DyingPublisher, dying
from federation import seals
from federation.audit import sealer
from federation.bus import consumer, directory, local, own_record, relay, topics
from federation.contracts.keys import ENCRYPTION
from federation.errors import DomainError
from federation.seals import keys, signatures
from municipal.referrals import timers
from people_at_work import Desk
from two_towns import Towns

V, M = "vilvoorde", "molenbeek"
TOWNS = (V, M)
WEATHER = {
    "calm": (0.0, 0.0, 0.0),
    "losing": (1.0, 0.0, 0.0),
    "doubling": (0.0, 1.0, 0.0),
    "reordering": (0.0, 0.0, 0.8),
    "storm": (0.4, 0.4, 0.4),
}
"""How often, of 1, the bus loses, doubles, holds back."""


Point = int | str | None
"""Where a process dies: at the so many-th point that it passes, at the first of a name, or nowhere."""


class Broken(AssertionError):
    """A promise was not kept."""


@dataclasses.dataclass
class Consent:
    """What a person agreed to, as the people of the history remember it: never read back from the code under test."""

    id: uuid.UUID
    town: str
    case: uuid.UUID
    recipient: str
    kind: str
    blocks: frozenset[str]
    until: datetime.date
    withdrawn: bool = False


class World:
    """One history."""

    def __init__(
        self,
        towns: Towns,
        observers: dict[str, Observer],
        tally: Tally,
        old_keys: dict[str, tuple[keys.PrivateKey, ...]],
    ) -> None:
        self.towns, self.observers, self.tally = towns, observers, tally
        self.desk = Desk(towns)
        self.consents: dict[uuid.UUID, Consent] = {}
        self.cases: list[tuple[str, uuid.UUID]] = []
        self.order: list[uuid.UUID] = []
        self.released: set[uuid.UUID] = set()
        self.unread_for_ever: set[tuple[str, uuid.UUID]] = set()
        self.said: dict[tuple[str, str, object], str] = {}
        self.sealings: dict[str, set[uuid.UUID]] = {}
        self.old_keys = old_keys
        self.journal: list[str] = []

    # --- looking ---------------------------------------------------------------------------------

    def sides(self) -> dict[uuid.UUID, dict[str, Side]]:
        """Return both sides of every referral of this history, in the order in which the history met them."""
        found: dict[uuid.UUID, dict[str, Side]] = {}
        for town in TOWNS:
            for pk, side in self.observers[town].sides().items():
                found.setdefault(pk, {})[town] = side
        self.order += [pk for pk in found if pk not in self.order]
        return {pk: found[pk] for pk in self.order}

    def name(self, referral: uuid.UUID) -> str:
        """Return a short name of a referral for the journal."""
        return f"referral {self.order.index(referral) + 1}" if referral in self.order else str(referral)

    def tell(self, line: str) -> None:
        """Will keep a line for the reader of a failing history."""
        self.journal.append(line)

    # --- people ----------------------------------------------------------------------------------

    def act(self, town: str, what: str, act: Callable[[], Any], *, dies_at: Point) -> Any:
        """Will let a person act; return what came of it, or None when it was refused or the process died.

        A refused act leaves every table as it was, and so does one whose process dies before the commit.
        """
        before, entries = self.towns[town].everything(), self._entries(town)
        refusal, result = "", None
        with self.towns.at(town), dying(dies_at) as death:
            try:
                result = act()
            except DomainError as error:
                refusal = error.code
        committed = "after commit" in death.points
        self._came_up_again(town, death)
        if refusal or (death.came and not committed):
            self._nothing_remains(town, before, f"{what} ({refusal or 'died'})")
        elif self._entries(town) <= entries:
            raise Broken(f"{town}: {what} left no entry in the audit")
        ended = f"refused with {refusal}" if refusal else "done" if not death.came else f"died {death.points[-1]}"
        self.tally.count("acts refused" if refusal else "acts done", 0 if death.came else 1)
        self.tell(f"{town}: {what}: {ended}")
        if refusal:
            return refusal
        return result if not death.came else committed

    def _entries(self, town: str) -> int:
        return self.observers[town].number("SELECT count(*) FROM audit_entry")

    def _nothing_remains(self, town: str, before: dict[str, str], what: str) -> None:
        after = self.towns[town].everything()
        changed = sorted(table for table, digest in after.items() if digest != before[table])
        if changed:
            raise Broken(f"{town}: {what} left something in {', '.join(changed)}")

    def open_case(self, town: str, name: str, *, dies_at: Point = None) -> None:
        """Will open a case with a picture, a goal and a way; each is an act of its own."""
        known = set(self.observers[town].files())
        with self.towns.at(town), dying(dies_at) as death:
            self.desk.case(town, name)
        self._came_up_again(town, death)
        self.cases += [(town, pk) for pk in self.observers[town].files() if pk not in known]
        self.tell(f"{town}: a case is opened" + (f": died {death.points[-1]}" if death.came else ""))

    def give_consent(self, town: str, case: uuid.UUID, kind: str, days: int, *, dies_at: Point = None) -> None:
        """Will record a consent, and remember it."""
        blocks = frozenset({"identity", "situationPicture", "goals", "ways"})
        known = self._consents(town)
        self.act(
            town,
            f"consent to a {kind} for {days} days",
            lambda: self.desk.consent(town, case, kind=kind, blocks=tuple(sorted(blocks)), days=days),
            dies_at=dies_at,
        )
        until = self.desk.today() + datetime.timedelta(days=days)
        other = M if town == V else V
        for pk in self._consents(town) - known:
            self.consents[pk] = Consent(pk, town, case, other, kind, blocks, until)

    def _consents(self, town: str) -> set[uuid.UUID]:
        return {row["id"] for row in self.observers[town].rows("SELECT id FROM consents_consent")}

    def withdraw(self, consent: Consent, *, dies_at: Point = None) -> None:
        """Will record that the person takes consent back; it counts from the commit on."""
        done = self.act(
            consent.town, "consent is withdrawn", lambda: self.desk.withdraw(consent.town, consent.id), dies_at=dies_at
        )
        if isinstance(done, str):
            if done not in ("alreadyWithdrawn", "caseNotFound", "consentNotFound"):
                raise Broken(f"{consent.town}: a withdrawal was refused with {done}")
            return
        consent.withdrawn = consent.withdrawn or bool(done)

    # --- processes -------------------------------------------------------------------------------

    def relay(
        self, town: str, weather: str = "calm", seed: int = 0, *, away: bool = False, dies_at: Point = None
    ) -> None:
        """Will let a town's relay send what is due, in some weather."""
        self._process(town, dies_at, lambda death: self._send(town, weather, seed, away, death), f"relay in {weather}")

    def work(self, town: str, weather: str = "calm", seed: int = 0, *, dies_at: Point = None) -> None:
        """Will let a town's worker store, apply and send all that it can now."""
        self._process(town, dies_at, lambda death: self._work(town, weather, seed, death), f"worker in {weather}")

    def settle(self) -> None:
        """Will let both towns work on good days until nobody has anything to do, and every receipt stands."""
        self.tell("the bus is mended, and everything is delivered")
        for _ in range(60):
            self.towns.bus.release()
            done = 0
            for town in TOWNS:
                with self.towns.at(town), dying() as death:
                    done += self._work(town, "calm", 0, death)
            if done == 0 and not any(self.towns.waiting(town) for town in TOWNS):
                return
            if done == 0:
                self.towns.later(hours=1, minutes=1)
        raise Broken("the towns do not come to rest")

    def _work(self, town: str, weather: str, seed: int, death: Death) -> int:
        done = self._store(town, 200)
        while consumer.apply_one(self.towns.now):
            done += 1
        return done + self._send(town, weather, seed, False, death)

    def store(self, town: str, limit: int, *, dies_at: Point = None) -> None:
        """Will let a town store the next records."""
        self._process(town, dies_at, lambda _: self._store(town, limit), f"stores {limit}")

    def apply(self, town: str, *, dies_at: Point = None) -> None:
        """Will let a town apply one stored message."""
        self._process(town, dies_at, lambda _: consumer.apply_one(self.towns.now), "applies one")

    def _process(self, town: str, dies_at: Point, run: Callable[[Death], Any], what: str) -> None:
        with self.towns.at(town), dying(dies_at) as death:
            run(death)
        self._came_up_again(town, death)
        self.tell(f"{town}: {what}" + (f": died {death.points[-1]}" if death.came else ""))

    def _store(self, town: str, limit: int) -> int:
        reader = self.towns[town].readers.setdefault(town, self.towns.bus.reader(topics.inbox_of(town)))
        return consumer.store_next(reader, self.towns.now, limit=limit)

    def _send(self, town: str, weather: str, seed: int, away: bool, death: Death) -> int:
        bus = self.towns.bus
        bus.loses, bus.doubles, bus.reorders = WEATHER[weather]
        bus.chance, bus.away = random.Random(seed), away  # noqa: S311 -- histories must repeat
        before = (bus.lost, bus.doubled, bus.reordered)
        try:
            return relay.send_due(DyingPublisher(_Listening(bus.publisher(), self, town), death), self.towns.now)
        finally:
            bus.loses, bus.doubles, bus.reorders, bus.away = 0.0, 0.0, 0.0, False
            names = ("records lost", "records doubled", "records held back and put in another order")
            for name, old, new in zip(names, before, (bus.lost, bus.doubled, bus.reordered), strict=True):
                self.tally.count(name, new - old)

    def _came_up_again(self, town: str, death: Death) -> None:
        if not death.came:
            return
        self.towns[town].crash()
        place = death.points[-1]
        if place in ("before commit", "after commit"):
            self.tally.count(f"died {place.replace('commit', 'a commit')}")
        else:
            self.tally.count("died around a publication" if "publish" in place else "died before a statement")

    # --- the bus ---------------------------------------------------------------------------------

    def wipe(self, town: str) -> None:
        """Will delete a town's inbox at the broker, with all that was not read yet, and make it again."""
        name = topics.inbox_of(town)
        self.tally.count("records wiped out in flight", self._unread(town))
        self.towns.bus.delete_topic(name)
        self.towns.bus.make_topic(name)
        self.tell(f"the broker loses the inbox of {town}")

    def cut(self, town: str, records: int) -> None:
        """Will let the broker forget the last records of an inbox, as after a loss of power."""
        name = topics.inbox_of(town)
        end = self.towns.bus.topic(name).end
        self.tally.count("records wiped out in flight", min(records, self._unread(town)))
        self.towns.bus.cut(name, end - records)
        self.tell(f"the broker forgets the last {records} records for {town}")

    def _unread(self, town: str) -> int:
        topic = self.towns.bus.topic(topics.inbox_of(town))
        found = self.observers[town].rows(
            'SELECT topic_id, "offset" FROM inbox_position WHERE topic = %s', topics.inbox_of(town)
        )
        same = found and found[0]["topic_id"] == topic.topic_id
        return max(0, topic.end - (found[0]["offset"] if same else topic.start))

    # --- keys ------------------------------------------------------------------------------------

    def rotate(self, town: str, use: str, *, destroy: bool) -> None:
        """Will give a town a new key and publish its record; its old encryption key may be destroyed at once.

        In life it is destroyed 40 days later, when nothing that was stored waits any more; here too.
        """
        folder = self.towns[town].folder / "keys"
        destroy = destroy and use == ENCRYPTION and not self.observers[town].number("SELECT count(*) FROM inbox_work")
        with self.towns.at(town):
            ring = local.keyring()
            before = ring.encryption_key if use == ENCRYPTION else ring.signing_key
            self.old_keys[town] = (*self.old_keys.get(town, ()), *ring.keys)
            keys.rotate(folder, use, self.towns.now)
            if destroy:
                keys.destroy(folder, before.kid)
            signed = own_record.print_record(self.towns.now)
        record = seals.countersign(signed, self.towns.federation.key).encode()
        self.towns.bus.put(topics.DIRECTORY, record, f"participant/{town}".encode())
        self.tell(f"{town}: a new {use} key" + (", the old one destroyed" if destroy else ""))

    def read_directory(self, town: str, *, dies_at: Point = None) -> None:
        """Will let a town read the directory from its start."""
        waiting = self.observers[town].number("SELECT count(*) FROM inbox_work WHERE state = 'unknownKey'")
        self.tally.count("words that waited for a signing key", waiting)
        self._process(
            town,
            dies_at,
            lambda _: directory.read_next(self.towns.bus.reader(topics.DIRECTORY), 0, self.towns.now),
            "reads the directory",
        )

    # --- time ------------------------------------------------------------------------------------

    def later(self, **more: int) -> None:
        """Will let time pass; clocks remind people and change no referral."""
        self.towns.later(**more)
        self.tell(f"time passes: {more}")

    def remind(self, town: str, *, dies_at: Point = None) -> None:
        """Will let a town's timers run: reminders, and the sealer of the audit."""
        before = self.observers[town].sides()

        def ticking(_: Death) -> None:
            timers.remind_of_what_is_due(at=self.towns.now)
            sealer.tick(at=self.towns.now)

        self._process(town, dies_at, ticking, "timers")
        if self.observers[town].sides() != before:
            raise Broken(f"{town}: a clock changed a referral")

    def seal_audit(self, town: str) -> None:
        """Will let a town chain what its audit has got."""
        with self.towns.at(town):
            while sealer.seal_waiting(self.towns.now):
                pass

    # --- what the bus hears ----------------------------------------------------------------------

    def hear(self, sender: str, topic: str, raw: bytes) -> None:
        """Will check what a town puts on the bus, opened with every key that its recipient ever had."""
        recipient = topic.removeprefix("zenne.inbox.")
        with self.towns.at(recipient):
            ring = keys.KeyRing(
                tuple({key.kid: key for key in (*self.old_keys.get(recipient, ()), *local.keyring().keys)}.values())
            )
        opened = seals.open_seal(raw, ring)
        said: dict[str, Any] = json.loads(signatures.payload_of(opened.jws))
        digest = seals.digest(opened.jws)
        kind = said["type"].rpartition(".")[2]
        place = said["body"]["digest"] if kind == "MessageReceived" else (said.get("referralId"), said.get("seq"))
        if kind == "MessageReceived" or said.get("seq") is not None:
            label = kind if kind == "MessageReceived" else "numbered"
            if self.said.setdefault((sender, label, place), digest) != digest:
                raise Broken(f"I4: {sender} says two things as {kind} {place}")
        if kind == "MessageRefused" and said["body"]["reason"] == "kid":
            self.tally.count("refusals for a destroyed key")
        sealings = self.sealings.setdefault(digest, set())
        anew = bool(sealings) and opened.event_id not in sealings
        sealings.add(opened.event_id)
        self.tally.count("statements sealed anew", int(anew))
        if said.get("referralId"):
            self._hear_of_referral(sender, uuid.UUID(said["referralId"]), kind, opened, anew=anew)

    def _hear_of_referral(
        self, sender: str, referral: uuid.UUID, kind: str, opened: seals.Opened, *, anew: bool
    ) -> None:
        if opened.dossier is None:
            if kind == "DossierReleased":
                self._leaves_nothing(sender, referral)
            return
        consent = self.consent_of(sender, referral)
        if kind != "DossierReleased" or consent is None or consent.withdrawn:
            raise Broken(f"I5: {sender} sends the file of {self.name(referral)} with a {kind} without a consent")
        if not set(json.loads(opened.dossier)["blocks"]) <= consent.blocks:
            raise Broken(f"I5: {sender} sends blocks of {self.name(referral)} that nobody consented to")
        if anew and consent.until <= self.desk.today():
            raise Broken(f"I5: {sender} seals the file of {self.name(referral)} anew after the consent ended")
        self.tally.count("dossiers that left")

    def _leaves_nothing(self, sender: str, referral: uuid.UUID) -> None:
        consent = self.consent_of(sender, referral)
        if consent is not None and consent.withdrawn:
            self.tally.count("dossiers taken out or left behind after a withdrawal")

    def consent_of(self, town: str, referral: uuid.UUID) -> Consent | None:
        """Return the consent on which a town's referral rests, as the people remember it."""
        found = self.observers[town].rows("SELECT consent_id FROM referral WHERE id = %s", referral)
        return self.consents.get(found[0]["consent_id"]) if found else None


class _Listening:
    """A publisher that lets the world hear what it sends."""

    def __init__(self, inner: topics.Publisher, world: World, sender: str) -> None:
        self._inner, self._world, self._sender = inner, world, sender

    def publish(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        """Write one record; what the broker does not take was not said."""
        self._inner.publish(topic, value, key)
        self._world.hear(self._sender, topic, value)

    def close(self) -> None:
        """Do nothing: there is no connection."""
