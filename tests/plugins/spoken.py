"""Hypothesis strategies: every message that a participant could say, and the values of its parts."""

import datetime
from typing import Any

from hypothesis import strategies as st

from federation import protection
from federation.contracts import codes, coherence, messages, programmes
from federation.contracts.messages import Message

IDS = st.uuids()
DIGESTS = st.binary(min_size=32, max_size=32).map(lambda raw: "sha256:" + raw.hex())
TEAMS = st.from_regex(r"[a-z][a-z0-9-]{2,30}", fullmatch=True)
WHOLE = st.integers(min_value=1, max_value=2**53 - 1)
INSTANTS = st.datetimes(
    min_value=datetime.datetime(2000, 1, 1),  # noqa: DTZ001 -- Hypothesis adds the zone
    max_value=datetime.datetime(2199, 12, 31),  # noqa: DTZ001
    timezones=st.just(datetime.UTC),
)
AFTER_A_YEAR = INSTANTS.filter(lambda at: at.year > 2001)
"""Later than the closed year that figures are about."""
DAYS = st.dates(min_value=datetime.date(1900, 1, 1), max_value=datetime.date(2199, 12, 31))
WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=300)
PAIR = st.permutations(["vilvoorde", "molenbeek", "sint-agatha-berchem"]).map(lambda names: names[:2])


FIGURES = st.none() | st.integers(min_value=2, max_value=199_999).map(lambda fives: fives * 5)


def code(name: str) -> st.SearchStrategy[str]:
    """Return the codes of list `name`."""
    return st.sampled_from(sorted(codes.codes(name)))


def several(name: str, *, least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    """Return some codes of list `name`, each once."""
    return st.lists(code(name), min_size=least, max_size=6, unique=True).map(tuple)


PREVIEWS = st.builds(
    messages.Preview,
    age_band=code("age-band"),
    contact_language=st.sampled_from(["nl", "fr", "ar", "tzm"]),
    interpreter_needed=st.booleans(),
    needs=several("need", least=1),
    urgency=code("urgency"),
    wished_help=several("wished-help"),
)
BLOCKS = st.dictionaries(code("block"), st.integers(0, 5000), min_size=1).map(
    lambda counts: tuple(messages.BlockCount(name, entries) for name, entries in counts.items())
)


def _offer(kind: str, cls: Any, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        cls,
        kind=st.just(kind),
        team=TEAMS,
        ground=code("ground") if kind == "handover" else st.none() | code("ground"),
        custody_row=IDS if kind == "handover" else st.none(),
        preview=PREVIEWS,
        answer_by=DAYS,
        blocks=more.pop("blocks", st.just(()) if kind == "advice" else BLOCKS),
        **more,
    )


STATES = [(state, coherence.STATE_CLOCKS.get(state, f"{state}_at")) for state in sorted(codes.codes("referral-state"))]


def _progress(state: str, clock: str) -> st.SearchStrategy[Any]:
    return st.builds(
        messages.ProgressStated,
        from_=st.just("vilvoorde"),
        to=st.just("molenbeek"),
        kind=code("referral-kind"),
        state=st.just(state),
        version=WHOLE,
        clocks=st.builds(messages.Clocks, **{clock: INSTANTS}, withdrawn_at=st.none() | INSTANTS)
        if clock != "withdrawn_at"
        else st.builds(messages.Clocks, withdrawn_at=INSTANTS),
        decline_reason=st.none() | code("decline-reason"),
        revocation_reason=st.none() | code("revocation-reason"),
        kept_reason=st.none() | code("kept-reason"),
        hand_back_reason=st.none() | code("hand-back-reason"),
    )


BODIES: dict[str, st.SearchStrategy[Any]] = {
    "MessageReceived": st.builds(messages.MessageReceived, DIGESTS),
    "MessageRefused": st.builds(
        messages.MessageRefused, code("refusal-reason"), IDS, DIGESTS, message_digest=st.none() | DIGESTS
    ),
    "ReferralOffered": st.one_of([_offer(kind, messages.ReferralOffered) for kind in ("advice", "share", "handover")]),
    "ReferralHandedBack": st.one_of(
        _offer("handover", messages.ReferralHandedBack, reason=code("hand-back-reason"), by_itself=st.just(False)),
        _offer(
            "handover",
            messages.ReferralHandedBack,
            reason=code("hand-back-reason"),
            by_itself=st.just(True),
            blocks=st.just(()),
        ),
    ),
    "ReferralOpened": st.builds(messages.ReferralOpened),
    "ReferralAccepted": st.builds(messages.ReferralAccepted, team=TEAMS, custody_row=st.none() | IDS),
    "ReferralDeclined": st.builds(messages.ReferralDeclined, code("decline-reason")),
    "DossierReleased": st.one_of(
        st.builds(messages.DossierReleased, st.just("moves"), st.none() | DIGESTS, IDS),
        st.builds(messages.DossierReleased, st.just("stays"), st.none() | DIGESTS, st.none()),
    ),
    "CustodyKept": st.builds(messages.CustodyKept, code("kept-reason")),
    "DossierHeld": st.builds(messages.DossierHeld, st.none() | DIGESTS),
    "CustodyEnded": st.builds(messages.CustodyEnded),
    "AdviceGiven": st.builds(messages.AdviceGiven, WORDS),
    "RevocationAsked": st.builds(messages.RevocationAsked, code("revocation-reason")),
    "RevocationConfirmed": st.builds(messages.RevocationConfirmed),
    "ConsentWithdrawn": st.builds(messages.ConsentWithdrawn, INSTANTS),
    "WithdrawalApplied": st.one_of(
        st.builds(messages.WithdrawalApplied, st.sampled_from(["erased", "restricted"]), custodian=st.booleans()),
        st.builds(messages.WithdrawalApplied, st.just("retained"), ground=code("ground"), custodian=st.booleans()),
    ),
    "ProgressReported": st.builds(messages.ProgressReported, code("progress"), DAYS),
    "OutcomeReported": st.builds(messages.OutcomeReported, code("outcome")),
    "ProgressStated": st.sampled_from(STATES).flatmap(lambda state: _progress(*state)),
    "CheckpointSigned": st.builds(messages.CheckpointSigned, WHOLE, WHOLE, DIGESTS),
    "CountsReleased": st.builds(
        messages.CountsReleased,
        st.just(programmes.FIRST),
        st.just(2001),
        st.tuples(*[FIGURES for _ in programmes.CELLS[programmes.FIRST]])
        .map(lambda figures: programmes.together(programmes.FIRST, figures))
        .map(lambda figures: tuple(map(protection.written, figures))),
    ),
}


@st.composite
def spoken(draw: st.DrawFn, type_name: str) -> Message:
    """Return messages of one type, as their sender could say them."""
    body = draw(BODIES[type_name])
    sender, recipient = ("molenbeek", "brussels") if type_name == "ProgressStated" else draw(PAIR)
    seq = 1 if type_name in messages.OFFERS else draw(WHOLE)
    optional = type_name in {"MessageReceived", "MessageRefused"}
    alone = type_name in {"CheckpointSigned", "CountsReleased"}
    return Message(
        type=type_name,
        sender=sender,
        recipient=recipient,
        epoch=draw(WHOLE),
        time=draw(AFTER_A_YEAR if type_name == "CountsReleased" else INSTANTS),
        body=body,
        referral_id=draw(st.none() | IDS if optional else st.none() if alone else IDS),
        seq=seq if type_name in messages.SEQUENCED else None,
        relates_to=draw(_relates_to(type_name)),
        consent_digest=draw(_consent_digest(type_name, body)),
    )


def _relates_to(type_name: str) -> st.SearchStrategy[Any]:
    maybe = st.none() | IDS
    return {"ReferralHandedBack": IDS, "ReferralOffered": maybe, "ProgressStated": maybe}.get(type_name, st.none())


def _consent_digest(type_name: str, body: Any) -> st.SearchStrategy[Any]:
    if type_name == "ReferralOffered":
        return st.none() if body.kind == "advice" else DIGESTS
    if type_name == "ReferralHandedBack":
        return st.none() if body.by_itself else DIGESTS
    return st.none() | DIGESTS if type_name in {"ConsentWithdrawn", "DossierReleased"} else st.none()


ANY_MESSAGE = st.sampled_from(sorted(BODIES)).flatmap(spoken)
