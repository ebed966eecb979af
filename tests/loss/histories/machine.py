"""What people, processes, keys, clocks and the bus may do to each other, in any order."""

import contextlib
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.loss.histories import promises
from tests.loss.histories.observing import Side
from tests.loss.histories.world import TOWNS, WEATHER, Broken, M, Point, V, World

from federation.custody.facts import R_WORKING, S_UNANSWERED, Kind, Received, Sent, State

CASES = 2
towns = st.sampled_from(TOWNS)
kinds = st.sampled_from(("handover", "handover", "handover", "share", "advice"))
picks = st.integers(0, 3)
seeds = st.integers(0, 9)
weathers = st.sampled_from(tuple(WEATHER))
around_commit = st.sampled_from(("before commit", "after commit"))
around_publication = st.sampled_from(("before publish", "after publish"))
dies_in_act = st.one_of(st.none(), st.none(), st.integers(1, 60), around_commit)
dies_in_work = st.one_of(st.none(), st.integers(1, 160), around_commit, around_publication)
dies_in_a_bit = st.one_of(st.none(), st.integers(1, 40), around_commit)
SCENES = "OAAOTOAOT"
"""The life of a referral. T: the sender's worker; O: the other's; A: somebody there does what comes next.

In plots also B: hands back; C: closes; D: declines; K: the other destroys its encryption key and has a new one; S: a
new key to sign with; L: what the other says now is lost; 2: it arrives twice; M: it arrives late, in another order;
d, c, e, p: its worker dies at a statement, before and after a commit, before a publication; o: a second offer; H: the
other asks the first to take over the case that it has.
"""
DIES_OF: dict[str, Point] = {"d": 25, "c": "before commit", "e": "after commit", "p": "before publish"}
WEATHER_OF = {"L": "losing", "2": "doubling", "M": "reordering"}
NOTHING, REVOKED, A_DAY = "nothing", "revoked", "a day later"
WITHDRAWN, WITHDRAWN_LOST = "withdrawn", "withdrawn, and what was under way is lost"
FREE = st.tuples(
    st.sampled_from(("handover", "handover", "handover", "share", "share", "advice")),
    st.sampled_from((180, 180, 1)),
    st.integers(0, len(SCENES)).map(lambda scenes: SCENES[:scenes]),
    st.sampled_from((NOTHING, NOTHING, WITHDRAWN, WITHDRAWN_LOST, REVOKED, A_DAY)),
)
PLOTS = (
    ("handover", 1, "OAAO", A_DAY),  # the consent ends while the acceptance is on its way
    ("handover", 180, "OALAOT", NOTHING),  # the acceptance comes before the word that it was opened
    ("handover", 180, "OAAO", WITHDRAWN),  # while the acceptance is on its way (F15)
    ("handover", 180, "OAAOT", WITHDRAWN_LOST),  # the release is out, and R has not got it (F16)
    ("handover", 180, "OAAOTOAOTBOTAAT", WITHDRAWN_LOST),
    ("share", 180, "OAAOT", WITHDRAWN_LOST),
    ("share", 180, "OAAOTO", WITHDRAWN),
    ("share", 1, "OAAO", A_DAY),
    ("handover", 180, "OAA", REVOKED),  # F13
    ("handover", 180, "", REVOKED),  # F14
    ("share", 180, "OAAOTO", REVOKED),
    ("advice", 180, "OA", REVOKED),
    ("advice", 180, "", REVOKED),
    ("handover", 180, "", WITHDRAWN_LOST),
    ("share", 180, "OA", WITHDRAWN),
    ("handover", 180, "OADOT", NOTHING),
    ("share", 180, "OAD", NOTHING),
    ("advice", 180, "OADOT", NOTHING),
    ("advice", 180, "OAA", NOTHING),
    ("handover", 180, "K", NOTHING),  # F20
    ("handover", 180, "OAAOTK", NOTHING),
    ("handover", 180, "OAAOTK", WITHDRAWN),
    ("handover", 180, "SOAAOT", NOTHING),
    ("share", 180, "OAAO", WITHDRAWN),
    ("share", 180, "OADOT", NOTHING),
    ("handover", 180, "OAAOTOCOT", NOTHING),
    ("share", 180, "OAAOTOAOTCOT", REVOKED),
    ("share", 180, "OA2A2TMAMT", NOTHING),
    ("handover", 180, "deOoAcApOT", NOTHING),
    ("handover", 180, "OA2A2TMAMT", WITHDRAWN),
    ("handover", 180, "OAAOTOCOTHOTAATOT", NOTHING),  # comes back after it was closed; the old file stands there still
    ("handover", 180, "OAAOTOAOTBOTAATOToTOAAOTO", NOTHING),  # handed back, and offered away again
)
"""Where two things meet on their way: chance alone comes by too rarely. Kind, days of the consent, scenes, twist."""

Act = Callable[[World, str, uuid.UUID], Any]

RECEIVED: dict[str, Act] = {
    "open": lambda world, town, pk: world.desk.open(town, pk),
    "accept": lambda world, town, pk: world.desk.accept(town, pk),
    "decline": lambda world, town, pk: world.desk.decline(town, pk),
    "advise": lambda world, town, pk: world.desk.advise(town, pk),
    "report first contact": lambda world, town, pk: world.desk.progress(town, pk),
    "report an appointment": lambda world, town, pk: world.desk.progress(town, pk, "appointment"),
    "report the outcome": lambda world, town, pk: world.desk.outcome(town, pk),
    "hand back": lambda world, town, pk: world.desk.hand_back(town, pk),
}
SENT: dict[str, Act] = {"revoke": lambda world, town, pk: world.desk.revoke(town, pk)}


def _likely(known: Received) -> list[str]:
    """Return what a recipient's person would do next; others may be tried too."""
    if known.state is State.RECEIVED:
        return ["open"]
    if known.state is State.OPENED:
        return (
            ["advise", "advise", "decline"] if known.kind is Kind.ADVICE else ["accept", "accept", "accept", "decline"]
        )
    if known.state in R_WORKING:
        acts = ["report first contact", "report an appointment", "report the outcome"]
        return [*acts, "hand back", "hand back"] if known.kind is Kind.HANDOVER else acts
    return []


class Histories(RuleBasedStateMachine):
    """Two towns and a bus that may do anything but lie."""

    make: ClassVar[Callable[[], World]]
    ended: ClassVar[Callable[[World, bool], None]]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make()
        self.broken = False

    @initialize(town=towns, plot=st.one_of(FREE, st.sampled_from(PLOTS)))
    def something_begins(self, town: str, plot: tuple[str, int, str, str]) -> None:
        """Will play the first scenes of a referral on good days, so that faults meet it everywhere on its way."""
        kind, days, scenes, twist = plot
        other = M if town == V else V
        with self.kept():
            self.world.open_case(town, "Sami")
            _, case = self.world.cases[0]
            if kind != "advice":
                self.world.give_consent(town, case, kind, days)
            self._offer(town, case, kind, None)
            self.world.work(town)
            for scene in scenes:
                self._scene(scene, town, other)
            promises.check_always(self.world)
            self._twist(twist, other)

    def _scene(self, scene: str, town: str, other: str) -> None:
        if scene in "TO":
            self.world.work(town if scene == "T" else other)
        elif scene in "KS":
            self.world.rotate(other, "enc" if scene == "K" else "sig", destroy=True)
        elif scene in DIES_OF:
            self.world.work(other, dies_at=DIES_OF[scene])
        elif scene == "o":
            self._offer(town, self.world.cases[0][1], "handover", None)
        elif scene == "H":
            self._goes_home(other)
        elif scene in WEATHER_OF:
            self.world.work(other, WEATHER_OF[scene])
        else:
            wanted = {"B": "hand back", "C": "report the outcome", "D": "decline"}.get(scene, "")
            self._recipient_acts(0, 0, None, wanted=wanted)

    def _goes_home(self, town: str) -> None:
        for case in [side.row["case_id"] for side in self._of(Received) if side.town == town][-1:]:
            self.world.give_consent(town, case, "handover", 180)
            self._offer(town, case, "handover", None)

    def _twist(self, twist: str, other: str) -> None:
        if "lost" in twist:
            self.world.wipe(other)
        for consent in [one for one in self.world.consents.values() if "withdrawn" in twist][:1]:
            self.world.withdraw(consent)
        if twist == REVOKED:
            self._revoke(0, None)
        if twist == A_DAY:
            self.world.later(days=1)

    # --- people ----------------------------------------------------------------------------------

    @precondition(lambda self: len(self.world.cases) < CASES)
    @rule(town=towns, dies_at=dies_in_work)
    def open_case(self, town: str, dies_at: Point) -> None:
        """Will let somebody else come to a town."""
        with self.kept():
            self.world.open_case(town, "Lina", dies_at=dies_at)

    @rule(
        pick=picks,
        kind=st.sampled_from(("handover", "handover", "share")),
        days=st.sampled_from((1, 180, 180)),
        dies_at=dies_in_act,
    )
    def consent(self, pick: int, kind: str, days: int, dies_at: Point) -> None:
        """Will record a consent at the town that has the case now, or at another that must not."""
        with self.kept():
            town, case = self._case(pick)
            self.world.give_consent(town, case, kind, days, dies_at=dies_at)

    @rule(pick=picks, kind=kinds, dies_at=dies_in_act)
    def offer(self, pick: int, kind: str, dies_at: Point) -> None:
        """Will put a question: also a second one, one without consent, and one onward."""
        with self.kept():
            self._offer(*self._case(pick), kind, dies_at)

    def _offer(self, town: str, case: uuid.UUID, kind: str, dies_at: Point) -> None:
        bound = self._bound(case)
        offer = self.world.desk.offer
        done = self.world.act(town, f"offer of a {kind}", lambda: offer(town, case, kind=kind), dies_at=dies_at)
        if kind == "handover" and bound:
            if not isinstance(done, str) and done is not False:
                raise Broken("a second handover was offered")
            self.world.tally.count("second offers refused", int(done == "referralStateConflict"))

    @rule(
        pick=picks,
        which=st.integers(0, 11),
        weather=weathers,
        seed=seeds,
        dies_at=dies_in_act,
        one_dies_at=dies_in_work,
    )
    def life_goes_on(
        self, *, pick: int, which: int, weather: str, seed: int, dies_at: Point, one_dies_at: Point
    ) -> None:
        """Will let a recipient's person do what comes next, and both workers do a round."""
        with self.kept():
            self._recipient_acts(pick, which, dies_at)
            first, then = (V, M) if seed % 2 else (M, V)
            self.world.work(first, weather, seed, dies_at=one_dies_at)
            self.world.work(then, weather, seed)

    @rule(pick=picks, which=st.integers(0, 11), dies_at=dies_in_act)
    def life_goes_on_well(self, pick: int, which: int, dies_at: Point) -> None:
        """Will do the same on a good day: it is what brings a history far."""
        with self.kept():
            self._recipient_acts(pick, which, dies_at)
            self.world.work(M)
            self.world.work(V)

    def _recipient_acts(self, pick: int, which: int, dies_at: Point, *, wanted: str = "") -> None:
        able = [(side, acts) for side in self._of(Received) if (acts := _likely(side.facts))]
        if not able:
            return
        side, acts = able[-1 - pick % len(able)]
        act = wanted if wanted in acts else acts[which % len(acts)]
        case = side.row["case_id"]
        if act == "hand back" and not any(
            one.town == side.town and one.case == case for one in self.world.consents.values()
        ):
            self.world.give_consent(side.town, case, "handover", 180)
        self._do(side, act, RECEIVED[act], dies_at)

    @rule(pick=picks, dies_at=dies_in_act)
    def revoke(self, pick: int, dies_at: Point) -> None:
        """Will take a referral back where that can be asked."""
        with self.kept():
            self._revoke(pick, dies_at)

    def _revoke(self, pick: int, dies_at: Point) -> None:
        able = [
            side
            for side in self._of(Sent)
            if side.state in S_UNANSWERED or (side.kind == "share" and side.state in ("released", "firstContact"))
        ]
        if able:
            self._do(able[-1 - pick % len(able)], "revoke", SENT["revoke"], dies_at)

    @precondition(lambda self: any(not one.withdrawn for one in self.world.consents.values()))
    @rule(pick=picks, dies_at=dies_in_act)
    def withdraw(self, pick: int, dies_at: Point) -> None:
        """Will take a consent back: always possible."""
        with self.kept():
            able = [one for one in self.world.consents.values() if not one.withdrawn]
            self.world.withdraw(able[-1 - pick % len(able)], dies_at=dies_at)

    @rule(pick=picks, act=st.sampled_from((*RECEIVED, *SENT)), other_side=st.booleans())
    def try_anything(self, pick: int, act: str, *, other_side: bool) -> None:
        """Will try an act wherever a referral stands, also on the wrong side of it."""
        with self.kept():
            able = self._of(Received if (act in RECEIVED) is not other_side else Sent)
            if able:
                self._do(able[-1 - pick % len(able)], act, (RECEIVED | SENT)[act], None)

    # --- processes -------------------------------------------------------------------------------

    @rule(town=towns, weather=weathers, seed=seeds, dies_at=dies_in_work)
    def work(self, town: str, weather: str, seed: int, dies_at: Point) -> None:
        """Will let a worker do all that it can."""
        with self.kept():
            self.world.work(town, weather, seed, dies_at=dies_at)

    @rule(first=towns)
    def exchange(self, first: str) -> None:
        """Will let both workers do their round on a good day."""
        with self.kept():
            for town in (first, M if first == V else V):
                self.world.work(town)

    @rule(town=towns, weather=weathers, seed=seeds, away=st.booleans(), dies_at=dies_in_a_bit)
    def relay(self, town: str, weather: str, seed: int, *, away: bool, dies_at: Point) -> None:
        """Will let a relay send."""
        with self.kept():
            self.world.relay(town, weather, seed, away=away, dies_at=dies_at)

    @rule(town=towns, limit=st.integers(1, 3), dies_at=dies_in_a_bit)
    def store_and_apply(self, town: str, limit: int, dies_at: Point) -> None:
        """Will let a consumer take a few records, and apply one."""
        with self.kept():
            self.world.store(town, limit)
            self.world.apply(town, dies_at=dies_at)

    # --- bus, keys, time -------------------------------------------------------------------------

    @rule(town=towns, how=st.sampled_from(("wipe", "cut", "release")), records=st.integers(1, 3))
    def bus_trouble(self, town: str, how: str, records: int) -> None:
        """Will let the broker forget, or deliver late."""
        with self.kept():
            if how == "wipe":
                self.world.wipe(town)
            elif how == "cut":
                self.world.cut(town, records)
            else:
                self.world.towns.bus.release()

    @rule(town=towns, use=st.sampled_from(("enc", "sig")), destroy=st.booleans())
    def rotate(self, town: str, use: str, *, destroy: bool) -> None:
        """Will change a town's key."""
        with self.kept():
            self.world.rotate(town, use, destroy=destroy)

    @rule(town=towns, dies_at=dies_in_a_bit)
    def read_directory(self, town: str, dies_at: Point) -> None:
        """Will let a town learn of new keys."""
        with self.kept():
            self.world.read_directory(town, dies_at=dies_at)

    @rule(more=st.sampled_from(({"seconds": 31}, {"minutes": 11}, {"hours": 2}, {"days": 1})))
    def time_passes(self, more: dict[str, int]) -> None:
        """Will make statements due again, and consents end."""
        with self.kept():
            self.world.later(**more)

    @rule(town=towns, dies_at=dies_in_a_bit)
    def timers(self, town: str, dies_at: Point) -> None:
        """Will let a clock tick."""
        with self.kept():
            self.world.remind(town, dies_at=dies_at)

    # --- promises --------------------------------------------------------------------------------

    @invariant()
    def every_promise_holds(self) -> None:
        """Will look at what is committed, from outside."""
        with self.kept():
            promises.check_always(self.world)

    def teardown(self) -> None:
        """Will let everything come to rest, and look once more."""
        try:
            if not self.broken:
                with self.kept():
                    self._come_to_rest()
                    promises.check_at_rest(self.world)
        finally:
            type(self).ended(self.world, self.broken)

    def _come_to_rest(self) -> None:
        for town in TOWNS:
            self.world.read_directory(town)
            self.world.remind(town)
        self.world.settle()
        for town in TOWNS:
            self.world.seal_audit(town)

    # --- parts -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def kept(self) -> Any:
        """Will show the history where it goes wrong."""
        try:
            yield
        except BaseException as error:
            if not self.broken:
                self.broken = True
                error.add_note("\n".join(["What happened, as seen from outside:", *self.world.journal]))
            raise

    def _of(self, which: type[Sent | Received]) -> list[Side]:
        return [side for both in self.world.sides().values() for side in both.values() if isinstance(side.facts, which)]

    def _case(self, pick: int) -> tuple[str, uuid.UUID]:
        """Return a case at a town where it lies: where it was opened, or where it went."""
        went = [(side.town, side.row["case_id"]) for side in self._of(Received) if side.row["case_id"]]
        able = list(dict.fromkeys([*self.world.cases, *went]))
        return able[-1 - pick % len(able)]

    def _bound(self, case: uuid.UUID) -> bool:
        return any(
            side.row["case_id"] == case and side.kind == "handover" and side.state in {*S_UNANSWERED, State.REVOKING}
            for side in self._of(Sent)
        )

    def _do(self, side: Side, what: str, act: Act, dies_at: Point) -> None:
        label = f"{what} {self.world.name(side.id)} ({side.kind}, {side.state})"
        self.world.act(side.town, label, lambda: act(self.world, side.town, side.id), dies_at=dies_at)
