"""What one town does with a message or a step: every change is decided by `federation.custody`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.loss.model import town as towns
from tests.loss.model.rules import Rules
from tests.loss.model.town import Broken, Message, ReceivedSide, SentSide, Slot, Town

from federation.custody.facts import Effect, Gate, Kind, Sent, State, Step

GATES = {
    towns.STANDS: Gate.STANDS,
    towns.UNCONFIRMED: Gate.UNCONFIRMED,
    towns.ENDED: Gate.ENDED,
    towns.WITHDRAWN: Gate.WITHDRAWN,
}
_QUIET_EFFECTS = {Effect.TELL_TEAM, Effect.SEND_ANSWER_AGAIN, Effect.SEND_ACCEPTANCE_AGAIN}


class Machine:
    """One transaction of one town: `hear` a message, or commit a `Step` of a person's act."""

    def __init__(self, slots: tuple[Slot, ...], rules: Rules, *, plain: bool = False) -> None:
        """Will play the referrals of `slots` by `rules`; `plain` is told in `search.World`."""
        self.slots = slots
        self.rules = rules
        self.plain = plain

    # --- commits -----------------------------------------------------------------------------

    def commit(self, town: Town, k: int, step: Step[Any]) -> Town:
        """Return the town after one step's transaction: facts, words and effects together or not at all."""
        side = town.sides[k]
        assert side is not None
        side = side._replace(facts=step.facts)
        for say in step.says:
            side = self._say(side, k, say)
        town = towns.put(town, k, side)
        for effect in step.effects:
            town = self._effect(town, k, effect)
        self._check(town, k)
        return town

    def _say(self, side: SentSide | ReceivedSide, k: int, say: Any) -> SentSide | ReceivedSide:
        word = towns.word_of(say, side.facts)
        if isinstance(side, SentSide):
            if say.type in self.rules.loose:
                return side._replace(loose=side.loose | {word})
            if word == "DossierReleased":
                if say.fields["custody"] == "moves" and self.slots[k].kind is not Kind.HANDOVER:
                    raise Broken("I7", f"the release of {self.slots[k].kind.value} moves custody")
                side = side._replace(copies=(self._seal(side, k, with_dossier=say.fields["with_dossier"]),))
        return side._replace(said=(*side.said, word))

    def _seal(self, side: SentSide, k: int, *, with_dossier: bool) -> str:
        if not with_dossier:
            return towns.ALONE
        if self.slots[k].kind is Kind.ADVICE:
            raise Broken("I5", "a dossier leaves for advice")
        if side.consent != towns.STANDS:
            raise Broken("I5", f"a dossier leaves while its consent is {side.consent}")
        return towns.NEW_KEY if side.key else towns.OLD_KEY

    def _effect(self, town: Town, k: int, effect: Effect) -> Town:
        side = town.sides[k]
        if effect is Effect.ALARM:
            raise Broken("honesty", f"an honest town is accused in referral {k + 1}")
        if isinstance(side, SentSide):
            return self._effect_of_sender(town, k, side, effect)
        assert isinstance(side, ReceivedSide)
        return self._effect_of_recipient(town, k, side, effect)

    def _effect_of_sender(self, town: Town, k: int, side: SentSide, effect: Effect) -> Town:
        if effect is Effect.END_OFFERED_CUSTODY:
            return self._end_offered(town, side)
        if effect is Effect.MARK_OLD_HANDED_BACK:
            return self._mark_old(town, k)
        if effect is Effect.TAKE_DOSSIER_OUT and towns.keeps_dossier(side):
            return towns.put(town, k, side._replace(copies=(*side.copies, towns.ALONE)))
        return town

    def _end_offered(self, town: Town, side: SentSide) -> Town:
        if not town.rows >> side.row & 1:
            raise Broken("I2", "a release ends a custody row that is not open: the case was given away twice")
        town = self._end_row(town, side.row)._replace(writes=False)
        if side.row > 0:
            bringer = towns.received(town, side.row - 1)
            step = self.rules.recipient.passed_on(bringer.facts)
            town = self.commit(town, side.row - 1, step)
        return town

    def _end_row(self, town: Town, row: int) -> Town:
        return town._replace(rows=town.rows & ~(1 << row) if self.rules.rows_by_referral else 0)

    def _mark_old(self, town: Town, k: int) -> Town:
        old = self.slots[k].hands_back
        assert old is not None
        side = town.sides[old]
        assert side is not None
        return self.commit(town, old, self.rules.old_handed_back(side.facts))

    def _effect_of_recipient(self, town: Town, k: int, side: ReceivedSide, effect: Effect) -> Town:
        done: dict[Effect, Callable[[], Town]] = {
            Effect.OPEN_CUSTODY: lambda: self._open_custody(town, k),
            Effect.END_CUSTODY: lambda: self._end_row(town, k + 1),
            Effect.APPLY_DOSSIER: lambda: self._apply_dossier(town, k, side),
            Effect.ERASE_COPY: lambda: self._erase_copy(town, k, side),
            Effect.REOPEN_OWN_FILE: lambda: town._replace(writes=True),
            Effect.MARK_OLD_HANDED_BACK: lambda: self._mark_old(town, k),
            Effect.HAND_BACK_BY_ITSELF: lambda: self._hand_back_by_itself(town, k),
        }
        return done[effect]() if effect in done else town

    def _open_custody(self, town: Town, k: int) -> Town:
        if self.slots[k].kind is not Kind.HANDOVER:
            raise Broken("I7", f"{self.slots[k].kind.value} gives custody")
        return town._replace(rows=town.rows | 1 << k + 1)

    def _apply_dossier(self, town: Town, k: int, side: ReceivedSide) -> Town:
        if "ConsentWithdrawn" in side.heard:
            raise Broken("I5", "a dossier becomes readable after its withdrawal was heard")
        town = towns.put(town, k, side._replace(copy=True))
        return town._replace(writes=town.writes or self.slots[k].kind is Kind.HANDOVER)

    def _erase_copy(self, town: Town, k: int, side: ReceivedSide) -> Town:
        if side.facts.custody_open and side.copy:
            raise Broken("I1", "the file of the town that answers for the case is erased")
        return towns.put(town, k, side._replace(copy=False))

    def _hand_back_by_itself(self, town: Town, k: int) -> Town:
        back = next((n for n, slot in enumerate(self.slots) if slot.hands_back == k), None)
        if back is None:
            raise Broken("I3", "a hand back is handed back by itself: so it could go on for ever")
        side = towns.sent(town, back)._replace(row=k + 1)
        town = towns.put(town, back, side)
        question = Sent(Kind.HANDOVER, hand_back=True, by_itself=True)
        return self.commit(town, back, self.rules.sender.offer(question, gate=Gate.NOT_NEEDED))

    def _check(self, town: Town, k: int) -> None:
        side = town.sides[k]
        if isinstance(side, ReceivedSide):
            if side.facts.has_dossier != side.copy:
                raise Broken("facts", f"referral {k + 1}: has_dossier is {side.facts.has_dossier}, a copy: {side.copy}")
            row = town.rows >> k + 1 & 1
            if self.rules.rows_by_referral and side.facts.custody_open != bool(row):
                raise Broken("facts", f"referral {k + 1}: custody_open is {side.facts.custody_open}, the row is not")
            if side.copy and self.slots[k].kind is Kind.SHARE and "ConsentWithdrawn" in side.heard:
                raise Broken("I5", "a share is readable after its withdrawal was heard")
        elif isinstance(side, SentSide):
            needless = {
                "its withdrawal": side.consent == towns.WITHDRAWN,
                "R has said that it holds it": side.facts.held,
                "R has said that it is out": side.facts.recipient_out,
                "it was taken back": side.facts.state in (State.REVOKING, State.REVOKED),
                "the case has come home": side.facts.state is State.HANDED_BACK,
            }
            for since in (since for since, so in needless.items() if so and towns.keeps_dossier(side)):
                raise Broken("I5", f"a dossier is kept for sending after {since}")

    # --- hearing -----------------------------------------------------------------------------

    def hear(self, town: Town, message: Message) -> list[tuple[str, Town]]:
        """Return what a delivery may make of the town: nothing for what it knows already."""
        side = town.sides[message.slot]
        if isinstance(side, SentSide):
            return self._hear_answer(town, side, message)
        assert isinstance(side, ReceivedSide)
        return self._hear_question(town, side, message)

    def _hear_question(self, town: Town, side: ReceivedSide, message: Message) -> list[tuple[str, Town]]:
        k, seq, word, extra = message.slot, message.seq, message.word, message.extra
        if seq == 0:
            heard = towns.put(town, k, side._replace(heard=side.heard | {word}))
            told = f"applies {word}"
            return [] if word in side.heard else [(told, self.commit(heard, k, self._on_word(side, word)))]
        if side.stored >> seq - 1 & 1:
            return self._hear_again(side, message)
        if word == "DossierReleased" and extra == (towns.OLD_KEY if side.key else towns.NEW_KEY) and extra:
            if side.kid_refused:
                return []
            return [
                (f"cannot open the {extra}: MessageRefused(kid)", towns.put(town, k, side._replace(kid_refused=True)))
            ]
        what = "offer" if seq == 1 else "release" if word == "DossierReleased" else ""
        if what == "release" and self.plain:
            town = towns.put(town, k, side._replace(release=extra))
        elif what and not self.plain:
            return self._store(town, side, message, what)
        side = towns.received(town, k)
        return self._in_turn(town, side, k, seq, word)

    def _store(self, town: Town, side: ReceivedSide, message: Message, what: str) -> list[tuple[str, Town]]:
        receipts = side.receipts | ({what} & self.rules.receipts)
        kept = side._replace(
            stored=side.stored | 1 << message.seq - 1,
            held=(*side.held, (message.seq, message.word)),
            receipts=receipts,
        )
        if what == "release":
            kept = kept._replace(release=message.extra)
        told = message.word + (f" ({message.extra})" if message.extra else "")
        found = [(f"stores {told}, with the receipt", towns.put(town, message.slot, kept))]
        if not self.rules.receipt_with_store and what not in side.receipts:
            early = towns.put(town, message.slot, side._replace(receipts=receipts))
            found.append((f"sends the receipt of {told} and dies before storing it", early))
        return found

    def _hear_again(self, side: ReceivedSide, message: Message) -> list[tuple[str, Town]]:
        """Return nothing: the message is known by its JWS. By its sealing it would be new after a rotation."""
        applied = side.applied >> message.seq - 1 & 1
        if self.rules.identity_is_the_jws or not applied or not side.key:
            return []
        step = self._on_word(side, message.word)
        if step.facts != side.facts or step.says or set(step.effects) - _QUIET_EFFECTS:
            raise Broken("I4", f"{message.word}, sealed anew, is applied a second time")
        return []

    def _in_turn(
        self, town: Town, side: SentSide | ReceivedSide, k: int, seq: int, word: str
    ) -> list[tuple[str, Town]]:
        """Return the town that applies a word in its turn, or holds it back behind a gap."""
        if self.plain and seq != towns.turn(side):
            return []
        if self.rules.holds_gaps and seq != towns.turn(side):
            waiting = tuple(sorted((*side.held, (seq, word))))
            held: Any = side._replace(stored=side.stored | 1 << seq - 1, held=waiting)
            return [(f"stores {word} and holds it back behind a gap", towns.put(town, k, held))]
        return [(f"applies {word}", self.apply(town, k, seq, word))]

    def apply(self, town: Town, k: int, seq: int, word: str) -> Town:
        """Return the town after the transaction that applies one word with `seq`."""
        side: Any = town.sides[k]
        bit = 1 << seq - 1
        step = self._on_word(side, word)
        held = tuple(pair for pair in side.held if pair[0] != seq)
        side = side._replace(stored=side.stored | bit, applied=side.applied | bit, held=held)
        if isinstance(side, SentSide) and word == "ReferralOpened":
            # From here the receipt of the offer is read by the relay alone: one order of the two is enough.
            side = side._replace(offer_receipt=True)
        if isinstance(side, SentSide) and word == "ReferralAccepted" and not self.rules.matched_by_referral:
            return self._accepted_by_case(towns.put(town, k, side), k)
        return self.commit(towns.put(town, k, side), k, step)

    def _accepted_by_case(self, town: Town, k: int) -> Town:
        last = max(n for n, _ in towns.all_sent(town) if self.slots[n].recipient == self.slots[k].recipient)
        side = towns.sent(town, last)
        return self.commit(town, last, self.rules.sender.on_accepted(side.facts, gate=self.gate(side)))

    def gate(self, side: SentSide) -> Gate:
        """Return what the consent check finds in this transaction."""
        if side.facts.by_itself or side.facts.kind is Kind.ADVICE:
            return Gate.NOT_NEEDED
        if side.other_consent and not self.rules.very_consent:
            return Gate.STANDS
        return GATES[side.consent]

    def _on_word(self, side: SentSide | ReceivedSide, word: str) -> Step[Any]:
        name, _, field = word.removesuffix(")").partition("(")
        if isinstance(side, SentSide):
            return self._answer(side, name, field)
        return self._question(side, name, field)

    def _question(self, side: ReceivedSide, name: str, field: str) -> Step[Any]:
        recipient: Any = self.rules.recipient
        known = side.facts
        step: Step[Any]
        match name:
            case "ReferralOffered":
                step = recipient.on_offered(known)
            case "ReferralHandedBack":
                step = recipient.on_offered(replace(known, hand_back=True, by_itself=field == "by itself"))
            case "DossierReleased":
                step = recipient.on_released(known, dossier=side.release != towns.ALONE)
            case "CustodyKept":
                step = recipient.on_custody_kept(known, reason=field)
            case "RevocationAsked":
                step = recipient.on_revocation_asked(known)
            case "ConsentWithdrawn":
                step = recipient.on_consent_withdrawn(known)
        return step

    def _answer(self, side: SentSide, name: str, field: str) -> Step[Any]:
        sender, known = self.rules.sender, side.facts
        plain: dict[str, Callable[[Any], Step[Any]]] = {
            "ReferralOpened": sender.on_opened,
            "ReferralDeclined": sender.on_declined,
            "AdviceGiven": sender.on_advice,
            "RevocationConfirmed": sender.on_revocation_confirmed,
            "DossierHeld": sender.on_held,
            "CustodyEnded": sender.on_custody_ended,
            "OutcomeReported": sender.on_outcome,
        }
        if name in plain:
            return plain[name](known)
        step: Step[Any]
        match name:
            case "ReferralAccepted":
                step = sender.on_accepted(known, gate=self.gate(side))
            case "WithdrawalApplied":
                step = sender.on_withdrawal_applied(known, custodian=field == "custodian: yes")
            case "ProgressReported":
                step = sender.on_progress(known, first_contact=field == "firstContact")
        return step

    def _hear_answer(self, town: Town, side: SentSide, message: Message) -> list[tuple[str, Town]]:
        k, seq, word, extra = message.slot, message.seq, message.word, message.extra
        if side.facts.state is State.DRAFT:
            return []
        if word == "MessageReceived":
            return self._hear_receipt(town, side, k, extra)
        if word == "DirectoryRecord" or extra == "kid":
            told = f"hears {word}({extra})" + self._sealed_anew(side)
            return [] if side.key else [(told, self._seal_again(town, k))]
        if word == "MessageRefused":
            return self._hear_refusal(town, side, k)
        return [] if side.stored >> seq - 1 & 1 else self._in_turn(town, side, k, seq, word)

    def _hear_refusal(self, town: Town, side: SentSide, k: int) -> list[tuple[str, Town]]:
        if side.refused:
            return []
        town = towns.put(town, k, side._replace(refused=True))
        return [("hears MessageRefused of the offer", self.commit(town, k, self.rules.sender.on_refusal(side.facts)))]

    def _hear_receipt(self, town: Town, side: SentSide, k: int, what: str) -> list[tuple[str, Town]]:
        if what == "release":
            if side.release_receipt:
                return []
            return [("hears the receipt of the release", towns.put(town, k, side._replace(release_receipt=True)))]
        if side.offer_receipt:
            return []
        town = towns.put(town, k, side._replace(offer_receipt=True))
        return [("hears the receipt of the offer", self.commit(town, k, self.rules.sender.on_receipt(side.facts)))]

    def _sealed_anew(self, side: SentSide) -> str:
        waits = side.copies and side.copies[-1] == towns.OLD_KEY and not side.release_receipt
        return ", seals the release anew after gate 2" if waits else ""

    def _seal_again(self, town: Town, k: int) -> Town:
        """Return the town that knows the new key; a release without receipt is sealed to it, after gate 2 again."""
        side = towns.sent(town, k)._replace(key=1)
        town = towns.put(town, k, side)
        if not self._sealed_anew(side):
            return town
        step = self.rules.sender.seal_again(side.facts, gate=self.gate(side))
        if Effect.TAKE_DOSSIER_OUT not in step.effects:
            side = side._replace(copies=(*side.copies, self._seal(side, k, with_dossier=True)))
            town = towns.put(town, k, side)
        return self.commit(town, k, step)
