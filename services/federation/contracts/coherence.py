"""What a message must say beside its schema: rules between fields, which the portable subset leaves out.

Each rule has a name that stands in MessageMalformed where a schema's keyword would.
"""

import datetime

from federation import clock, protection
from federation.contracts import messages, programmes
from federation.contracts.messages import (
    CountsReleased,
    DossierReleased,
    Message,
    ProgressStated,
    ReferralHandedBack,
    ReferralOffered,
    WithdrawalApplied,
)
from federation.contracts.schemas import malformed

STATE_CLOCKS = {"firstContact": "first_contact_at", "handedBack": "handed_back_at"}
"""The clocks of states whose code has two words; that of any other is the code and `_at`."""


def check(message: Message) -> None:
    """Raise MessageMalformed when the fields of `message` contradict each other."""
    _check_envelope(message)
    match message.body:
        case ReferralOffered() as offer:
            _check_offer(message, offer)
        case ReferralHandedBack() as offer:
            _check_hand_back(message, offer)
        case DossierReleased(custody=custody, ends_custody_row=row):
            if (custody == "moves") != (row is not None):
                raise malformed("/body/endsCustodyRow", "onlyWhenCustodyMoves")
        case WithdrawalApplied(handling=handling, ground=ground):
            if (handling == "retained") != (ground is not None):
                raise malformed("/body/ground", "onlyWhenRetained")
        case CountsReleased() as released:
            _check_figures(message, released)
        case ProgressStated() as stated:
            _check_progress(message, stated)
        case _:
            pass


def _check_envelope(message: Message) -> None:
    if message.sender == message.recipient:
        raise malformed("/recipient", "another")
    if message.time.utcoffset() != datetime.timedelta():
        raise malformed("/time", "utc")
    if message.type in messages.OFFERS and message.seq != 1:
        raise malformed("/seq", "first")


def _check_progress(message: Message, stated: ProgressStated) -> None:
    if stated.from_ == stated.to:
        raise malformed("/body/to", "another")
    # A region believes about a referral its two sides, and nobody else.
    if message.sender not in {stated.from_, stated.to}:
        raise malformed("/sender", "oneOfBoth")
    clock = STATE_CLOCKS.get(stated.state, f"{stated.state}_at")
    if getattr(stated.clocks, clock) is None:
        raise malformed("/body/clocks", "stateHasItsTime")


def _check_offer(message: Message, offer: ReferralOffered) -> None:
    names_someone = offer.kind != "advice"
    _check_blocks(offer, some=names_someone)
    if (message.consent_digest is not None) != names_someone:
        raise malformed("/consentDigest", "notForAdvice")
    if (offer.custody_row is not None) != (offer.kind == "handover"):
        raise malformed("/body/custodyRow", "onlyForHandover")


def _check_hand_back(message: Message, offer: ReferralHandedBack) -> None:
    # By itself: nothing of the file goes, so there is no consent to name (exchange, hand back).
    _check_blocks(offer, some=not offer.by_itself)
    if (message.consent_digest is not None) == offer.by_itself:
        raise malformed("/consentDigest", "notByItself")


def _check_blocks(offer: ReferralOffered | ReferralHandedBack, *, some: bool) -> None:
    names = [block.name for block in offer.blocks]
    if bool(names) != some:
        raise malformed("/body/blocks", "blocksByKind")
    if len(set(names)) != len(names):
        raise malformed("/body/blocks", "uniqueNames")


def _check_figures(message: Message, released: CountsReleased) -> None:
    """A programme that is not known here yet is left to the handler, which says so."""
    if released.year >= clock.today_in_brussels(message.time).year:
        raise malformed("/body/year", "closedYear")
    cells = programmes.CELLS.get(released.programme)
    if cells is not None and len(cells) != len(released.figures):
        raise malformed("/body/figures", "programme")
    figures = tuple(map(protection.read, released.figures))
    for number, figure in enumerate(figures):
        if not protection.may_be_shown(figure):
            raise malformed(f"/body/figures/{number}", "multipleOfFive")
    if cells is not None and programmes.together(released.programme, figures) != figures:
        raise malformed("/body/figures", "bandsTogether")
