"""What goes in and out of /api/referral/v1: named fields, nothing unknown in, nobody named before acceptance."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from federation.bus import local
from federation.custody.facts import Kind
from federation.rest import fields, pages
from federation.rest.serializers import Input, Output
from municipal.referrals import queries, rules
from municipal.referrals.rules import Direction

REFERRAL = "referral/v1/referrals/{id}"
LONGEST_LIST = 12


class ReferralInput(Input):
    """What is asked of whom. Age, language and interpreter are read from the case."""

    caseId = fields.Uuid(source="case_id")
    recipient = fields.Name(source="to", help_text="Id of the municipality that is asked.")
    team = fields.Name(help_text="Its team, as in its directory record.")
    kind = fields.Code(help_text="advice, share or handover.")
    needs = serializers.ListField(child=fields.Code(), min_length=1, max_length=LONGEST_LIST)
    wishedHelp = serializers.ListField(
        source="wished_help", child=fields.Code(), max_length=LONGEST_LIST, required=False, default=list
    )
    urgency = fields.Code()
    answerBy = fields.Day(source="answer_by", help_text="Hoped for; nothing happens by itself on that day.")
    blocks = serializers.ListField(
        child=fields.Code(), max_length=len(rules.BLOCKS), required=False, default=list, help_text="None for advice."
    )
    ground = fields.Code(required=False, default="", help_text="From this town's list of today; none for advice.")


class HandBackInput(Input):
    """A case goes home. What is left out is as in the referral that brought it."""

    reason = fields.Code()
    blocks = serializers.ListField(child=fields.Code(), min_length=1, max_length=len(rules.BLOCKS))
    ground = fields.Code()
    team = fields.Name(required=False, default="")
    needs = serializers.ListField(child=fields.Code(), min_length=1, max_length=LONGEST_LIST, required=False)
    wishedHelp = serializers.ListField(
        source="wished_help", child=fields.Code(), max_length=LONGEST_LIST, required=False, default=list
    )
    urgency = fields.Code(required=False)
    answerBy = fields.Day(source="answer_by", required=False)


class DecisionInput(Input):
    """Yes or no; a no has a reason."""

    decision = serializers.ChoiceField(choices=["accepted", "declined"])
    reason = fields.Code(required=False, help_text="Always and only with declined.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a no without a reason, and a yes with one."""
        if ("reason" in attrs) != (attrs["decision"] == "declined"):
            raise serializers.ValidationError({"reason": ["A reason stands always and only with declined."]})
        return attrs


class RevocationInput(Input):
    """Why a referral is taken back."""

    reason = fields.Code()


class ProgressInput(Input):
    """A step with the person."""

    progress = fields.Code()
    on = fields.Day(required=False, help_text="Today when left out.")


class OutcomeInput(Input):
    """How it ended."""

    outcome = fields.Code()


class AdviceInput(Input):
    """Advice about help; it names nobody."""

    text = fields.Text(max_length=rules.LONGEST_ADVICE)


class ReferralItem(Output):
    """A referral in a list: it names nobody."""

    href = fields.Href(REFERRAL)
    id = fields.Uuid()
    direction = fields.Code()
    kind = fields.Code()
    sender = serializers.SerializerMethodField()
    recipient = serializers.SerializerMethodField()
    team = fields.Text(help_text="The team of this town that answers.")
    state = fields.Code()
    custody = serializers.SerializerMethodField(
        help_text="here, there, or both: in transfer, both of you answer for this person."
    )
    responsible = serializers.SerializerMethodField(help_text="The municipalities that answer for the person now.")
    inTransfer = serializers.SerializerMethodField()
    urgency = fields.Code(required=False)
    answerBy = fields.Day(source="answer_by", required=False)
    beganAt = fields.Instant(source="began_at")
    unread = fields.Truth(required=False, help_text="Something that nobody of the team has dealt with yet.")

    def get_sender(self, referral: queries.ReferralRow) -> str:
        """Return who asks."""
        return local.participant() if referral.direction == Direction.SENT else referral.peer

    def get_recipient(self, referral: queries.ReferralRow) -> str:
        """Return who is asked."""
        return referral.peer if referral.direction == Direction.SENT else local.participant()

    def get_custody(self, referral: queries.ReferralRow) -> str:
        """Return where the case lies."""
        return queries.standing(referral).custody.value

    def get_responsible(self, referral: queries.ReferralRow) -> list[str]:
        """Return who answers for the person."""
        return list(queries.standing(referral).responsible)

    def get_inTransfer(self, referral: queries.ReferralRow) -> bool:  # noqa: N802 -- DRF's name of the field
        """Return whether both towns answer."""
        return queries.standing(referral).in_transfer


class Preview(Output):
    """What is seen before acceptance."""

    ageBand = fields.Code()
    contactLanguage = fields.Text()
    interpreterNeeded = fields.Truth()
    needs = serializers.ListField(child=fields.Code())
    urgency = fields.Code()
    wishedHelp = serializers.ListField(child=fields.Code())


class BlockCount(Output):
    """A block of the file and how many entries it had at the offer."""

    name = fields.Code()
    entries = fields.Number()


class Referral(ReferralItem):
    """A referral as this town knows it."""

    unread = None  # type: ignore[assignment]
    preview = Preview(required=False)
    blocks = BlockCount(many=True)
    ground = fields.Code(required=False)
    caseId = fields.Uuid(source="case_id", required=False, help_text="The case of this town.")
    reason = serializers.SerializerMethodField(help_text="Why it came into its state.")
    outcome = fields.Code(required=False)
    advice = serializers.SerializerMethodField()
    handBack = fields.Truth(source="hand_back")
    byItself = fields.Truth(source="by_itself")
    relatesTo = fields.Uuid(source="relates_to", required=False, help_text="The referral that this one answers.")
    consentWithdrawn = fields.Truth(source="consent_withdrawn")
    withdrawalHandling = fields.Code(source="withdrawal_handling", required=False)
    held = fields.Truth(help_text="The recipient has said that it can read the dossier.")
    hasDossier = fields.Truth(source="has_dossier")
    phone = serializers.SerializerMethodField(help_text="Of the humans on the other side.")

    def get_reason(self, referral: queries.ReferralRow) -> str:
        """Return why it came into its state."""
        return queries.reason(referral, referral.state)

    def get_advice(self, referral: queries.ReferralRow) -> str:
        """Return the advice that was given."""
        return queries.advice_on(referral) if referral.kind == Kind.ADVICE else ""

    def get_phone(self, referral: queries.ReferralRow) -> str:
        """Return the telephone number of the other side."""
        return queries.phone_of_the_other_side(referral)


class ReferralPage(pages.Page):
    """Referrals, the newest first."""

    items = ReferralItem(many=True)


class ReferralQuery(pages.PageQuery):
    """Which referrals."""

    direction = serializers.ListField(child=fields.Code(), required=False, help_text="sent or received.")
    state = serializers.ListField(child=fields.Code(), required=False)
    caseId = fields.Uuid(required=False)


class EventItem(Output):
    """A line of the tracker."""

    href = fields.Href(REFERRAL.replace("{id}", "{referral_id}/events/{number}"))
    number = fields.Number()
    type = fields.Code(help_text="stateChanged, progressReported, outcomeReported or adviceReported.")
    state = fields.Code(required=False)
    code = fields.Code(required=False, help_text="Reason, progress or outcome.")
    at = fields.Instant(help_text="When this town knew.")
    saidAt = fields.Instant(source="said_at", required=False, help_text="When the other side signed it.")


class EventPage(pages.Page):
    """What happened, oldest first."""

    items = EventItem(many=True)


class Dossier(Output):
    """Exactly the consented blocks, as they stood at the release."""

    href = fields.Href(REFERRAL + "/dossier")
    digest = fields.Text()
    receivedAt = fields.Instant(source="received_at")
    blocks = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_blocks(self, dossier: Any) -> dict[str, Any]:
        """Return the blocks by name."""
        blocks: dict[str, Any] = dossier["blocks"]
        return blocks


class Withdrawal(Output):
    """A consent that was taken back, and who is told."""

    href = fields.Href("casework/v1/consents/{id}")
    withdrawnAt = fields.Instant(source="withdrawn_at")
    told = serializers.ListField(child=fields.Uuid(), help_text="The referrals whose recipients are told.")
