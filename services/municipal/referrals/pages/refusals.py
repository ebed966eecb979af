"""What stands in the way, said to the person who can mend it: each refusal of the rules with its way out."""

from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.errors import DomainError, Kind
from federation.portal import forms

WORDS: MappingProxyType[str, str | Promise] = MappingProxyType(
    {
        "temporaryStay": _("Somebody who only stays elsewhere for a while is not handed over. Share the case instead."),
        "recipientUnknown": _("Zenne cannot reach this municipality. Choose another one, or call it."),
        "protocolMissing": _(
            "The two municipalities have no protocol for this kind of question today. Choose another one."
        ),
        "noLegalBasis": _("This ground is not on the list of today. Choose another one."),
        "offerInvalid": _("This cannot be asked so. Look at the earlier steps again."),
        "personUnknown": _("Nobody can be referred whose birth date is not in the file. Fill it in first."),
        "custodyElsewhere": _("Another municipality answers for this case, so it cannot be referred from here."),
        "consentMissing": _("The person has not agreed to this. Ask now; without consent nothing leaves."),
        "consentExpired": _("The consent has ended. Ask again; without consent nothing leaves."),
        "blockNotConsented": _("The person has not agreed to all of these parts. Leave some out, or ask again."),
        "consentNotStanding": _("No consent stands for this. Ask again; without consent nothing leaves."),
        "consentOverlaps": _(
            "A consent for this recipient and purpose stands already. In its last two weeks a later one can follow it."
        ),
        "consentInvalid": _("The consent cannot be recorded so. Check the days."),
        "giverNotEntitled": _("At this age somebody else has to agree. See who, above."),
        "referralStateConflict": _("This is not possible as the referral stands now. Look at it again first."),
        "wrongReferralKind": _("This kind of referral does not know this."),
        "handBackUnfounded": _("Nothing that was handed over is handed back by this."),
        "missingPermission": _("Only a coordinator gives a referral to another team."),
        "changeInvalid": _("A contact has a day and somebody who makes it."),
        "lostUpdate": _("Somebody changed the case meanwhile. Look at it again, then decide anew."),
    }
)


def refuse(form: forms.Form, refusal: DomainError, *, field: str | None = None) -> None:
    """Put a refusal into the form, at `field` or at the field that it names; raise it where no form can mend it."""
    if refusal.kind in (Kind.NOT_FOUND, Kind.UNAVAILABLE):
        raise refusal
    words = WORDS.get(refusal.code)
    if words is None:
        form.refuse(refusal)
        return
    form.add_error(field if field in form.fields else None, str(words))
