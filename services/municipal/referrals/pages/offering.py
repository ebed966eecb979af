"""Asking another town, in six steps that are kept: what, whom, whose consent, which parts, who goes along, send."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, ngettext

from federation.bus import directory, local
from federation.contracts import codes
from federation.errors import DomainError
from federation.portal import dates, forms, pages, town
from municipal.cases import queries as cases
from municipal.referrals import actions, queries, rules
from municipal.referrals.pages import asking, steps
from municipal.referrals.pages.answering import ACTORS
from municipal.referrals.pages.refusals import refuse
from municipal.referrals.pages.seen import seen
from municipal.referrals.pages.steps import STEPS, Answers
from municipal.referrals.pages.towns import Towns

ANSWER_DAYS = 10
"""Working days within which an answer is hoped for, where nobody says otherwise."""
MENDED_AT = {
    "temporaryStay": "why",
    "offerInvalid": "why",
    "recipientUnknown": "where",
    "protocolMissing": "where",
    "noLegalBasis": "consent",
    "consentMissing": "consent",
    "consentExpired": "consent",
    "blockNotConsented": "what",
}
"""The step at which a refusal is mended."""


@dataclass(frozen=True)
class Stage:
    """One step in the list of steps."""

    slug: str
    title: str | Promise
    done: bool
    current: bool
    summary: str


class ReferralWizard(pages.Page):
    """One step of a question to another town."""

    roles = ACTORS
    template = "referrals/wizard.html"
    title = _("Refer")

    case: cases.CaseView
    answers: Answers
    towns: Towns
    step: str
    kept_at: datetime.datetime | None

    def get(self, request: HttpRequest, case_id: uuid.UUID, step: str) -> HttpResponse:
        """Show a step; one that lies behind an open one leads to that one."""
        self._begin(case_id, step)
        if STEPS.index(step) > STEPS.index(self.answers.next_open()):
            return self._to(self.answers.next_open())
        self.case = asking.read_case(case_id, by=self.actor, at=self.at)
        del request
        return self._page(self._form())

    def post(self, request: HttpRequest, case_id: uuid.UUID, step: str) -> HttpResponse:
        """Keep the answers of a step and go on; on the last one send."""
        self._begin(case_id, step)
        sent = self._sent_already(request)
        if sent is not None:
            return sent
        if STEPS.index(step) > STEPS.index(self.answers.next_open()):
            return self._to(self.answers.next_open())
        self.case = asking.case_of(case_id, by=self.actor)
        if "record" in request.POST:
            return self._record_consent(request)
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, status=422) if self._fragment is None else self._page(form, template=self._fragment)
        if step == "check":
            return self._send(form)
        return self._keep(request, form)

    def _begin(self, case_id: uuid.UUID, step: str) -> None:
        if step not in STEPS:
            raise Http404
        self.step, self.case_id, self.towns = step, case_id, Towns()
        draft = queries.draft(case_id, by=self.actor)
        self.kept_at = draft.kept_at if draft else None
        self.answers = Answers(draft.referral_id, draft.given) if draft else Answers()

    def _sent_already(self, request: HttpRequest) -> HttpResponse | None:
        """Return the way to the referral that this form has sent before: a double click or a reload asks once."""
        try:
            asked = uuid.UUID(request.POST.get("referral", ""))
        except ValueError:
            return None
        if asked == self.answers.id:
            return None
        referral = queries.get_referral(asked, by=self.actor)
        return HttpResponseRedirect(reverse("referral-tracker", args=[referral.pk]))

    def _keep(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        self.answers.answer(self.step, form.cleaned_data)
        if "preview" in request.POST:  # shown, not kept: only going on keeps
            return self._page(form, template=self._fragment)
        answers = self.answers
        actions.keep_draft(case_id=self.case_id, referral_id=answers.id, given=answers.given, by=self.actor, at=self.at)
        if "later" in request.POST:
            return self.saved(_("Kept. You find it again under the case."), to=f"/cases/{self.case_id}/referrals")
        return self._to(STEPS[STEPS.index(self.step) + 1])

    @property
    def _fragment(self) -> str | None:
        """The part of the page that htmx asks for, None for the whole."""
        live = "preview" in self.request.POST and self.request.headers.get("HX-Request")
        return "referrals/_seen.html" if live else None

    def _record_consent(self, request: HttpRequest) -> HttpResponse:
        wanted = self._wanted()
        form = asking.ConsentForm(request.POST, **asking.consent_options(wanted, at=self.at))
        if asking.record(form, wanted, by=self.actor, at=self.at):
            return self.saved(_("The consent is recorded."), to=request.path)
        return self._page(self._form(), consent_form=form, status=422)

    def _send(self, form: forms.Form) -> HttpResponse:
        """Ask the other town, once."""
        answers, meeting = self.answers, None
        if answers.meeting_on is not None:
            meeting = actions.Meeting(answers.meeting_on, answers.of("meeting")["who"])
        try:
            referral = actions.offer_referral(
                case_id=self.case_id,
                to=answers.to,
                team=answers.team,
                kind=answers.kind,
                blocks=answers.blocks,
                ground=answers.of("consent").get("ground", ""),
                wanted=answers.wanted,
                answer_by=answers.answer_by,
                referral_id=answers.id,
                meeting=meeting,
                by=self.actor,
                at=self.at,
            )
        except DomainError as refusal:
            refuse(form, refusal)
            other = refusal.facts.get("referral")
            return self._page(form, status=422, mended_at=MENDED_AT.get(refusal.code, ""), other=other)
        done = _("Sent. The case stays with you until the other municipality accepts.")
        return self.saved(done, to=reverse("referral-tracker", args=[referral.pk]))

    def _to(self, step: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("referral-wizard", args=[self.case_id, step]))

    # --- forms --------------------------------------------------------------------------------------

    def _form(self, data: Any = None) -> forms.Form:
        """Return the form of the step, filled with what was answered or what is likely."""
        made: forms.Form = getattr(self, f"_{self.step}_form")(data)
        return made

    def _why_form(self, data: Any) -> forms.Form:
        return steps.WhyForm(data, initial=self.answers.of("why"))

    def _where_form(self, data: Any) -> forms.Form:
        form = steps.WhereForm(data, initial=self._where_initial())
        field: Any = form.fields["team"]
        field.choices = self._teams()
        if len(field.choices) == 1:
            form.initial.setdefault("team", field.choices[0][0])
        return form

    def _where_initial(self) -> dict[str, Any]:
        given = dict(self.answers.of("where"))
        if given:
            given["answer_by"] = self.answers.answer_by
            return given
        return {"answer_by": queries.working_day_after(queries.today(self.at), ANSWER_DAYS)}

    def _teams(self) -> list[tuple[str, str]]:
        """Return every team that may be asked for this kind today, and how much of ours is open there."""
        found = []
        records = self.towns.records
        peers = [peer for peer in records if self.answers.kind in directory.kinds_of(records[peer], self.at)]
        load = queries.load_of(peers, by=self.actor)
        for peer in peers:
            for team in records[peer].teams:
                names = {"town": self.towns.name(peer), "team": team.names.in_language(town.language())}
                words = _("%(town)s: %(team)s") % names
                n = load.get((peer, team.id), 0)
                if n:
                    words += ngettext(" (%(n)d open from us)", " (%(n)d open from us)", n) % {"n": n}
                found.append((f"{peer}/{team.id}", words))
        return found

    def _consent_form(self, data: Any) -> forms.Form:
        if self.answers.advice:
            return steps.Nothing(data)
        form = steps.GroundForm(data, initial=self.answers.of("consent"))
        asking.offer_grounds(form, today=queries.today(self.at))
        return form

    def _what_form(self, data: Any) -> forms.Form:
        standing = self._standing()
        if standing is None:
            return steps.Nothing(data)
        given = self.answers.of("what").get("blocks")
        form = steps.BlocksForm(data, initial={"blocks": given or sorted(standing.blocks)})
        asking.offer_blocks(form, standing.blocks)
        return form

    def _meeting_form(self, data: Any) -> forms.Form:
        given = {"on": self.answers.meeting_on, "who": self.answers.of("meeting").get("who", "")}
        return steps.MeetingForm(data, initial=given)

    def _check_form(self, data: Any) -> forms.Form:
        return steps.Nothing(data)

    # --- what is shown ------------------------------------------------------------------------------

    def _wanted(self) -> asking.Wanted:
        return asking.Wanted(self.case, self.answers.to, self.answers.kind.value)

    def _standing(self) -> Any:
        return None if self.answers.advice else asking.consent(self._wanted(), at=self.at)

    def _page(
        self,
        form: forms.Form,
        *,
        consent_form: forms.Form | None = None,
        status: int = 200,
        template: str | None = None,
        **more: object,
    ) -> HttpResponse:
        number = STEPS.index(self.step)
        shown: dict[str, object] = {
            "case": self.case,
            "step": self.step,
            "number": number + 1,
            "before": steps_before(number),
            "heading": str(steps.HEADINGS[self.step]) % {"town": self._town()},
            "stages": self._stages(),
            "form": form,
            "answers": self.answers,
            "kept_at": self.kept_at,
            "town": self._town(),
            "team": self._team(),
            "own": town.name(),
            **more,
        }
        if number >= STEPS.index("consent"):
            shown |= self._consent_shown(consent_form)
        if number >= STEPS.index("what"):
            shown |= self._preview_shown(form)
        return self.show(shown, status=status, template=template)

    def _consent_shown(self, consent_form: forms.Form | None) -> dict[str, object]:
        if self.answers.advice:
            return {}
        wanted, way = self._wanted(), queries.tenant().statutory_way
        return {
            "consent": self._standing(),
            "giver": asking.giver(wanted, at=self.at),
            "consent_form": consent_form or asking.ConsentForm(**asking.consent_options(wanted, at=self.at)),
            "way": statutory(way) if way else None,
            "way_phone": way.phone if way else "",
        }

    def _preview_shown(self, form: forms.Form) -> dict[str, object]:
        """Return what the other town will see: at first no identity, after acceptance the chosen parts."""
        chosen, missing = self._chosen(form), self._missing()
        counts = cases.dossier(self.case.id, blocks=rules.BLOCKS).counts
        preview = rules.preview(self.case.person, self.answers.wanted, today=queries.today(self.at))
        return {
            "seen": seen(preview),
            "chosen": [
                (block, counts.get(block, 0)) for block in rules.BLOCKS if block in chosen and block not in missing
            ],
            "counts": counts,
            "missing": missing,
        }

    def _chosen(self, form: forms.Form) -> list[str]:
        """Return the parts that are ticked now, in the form or in the answers."""
        if self.step == "what" and form.is_bound:
            return self.request.POST.getlist("blocks")
        return self.answers.blocks or list(form.initial.get("blocks", ()))

    def _missing(self) -> list[str]:
        """Return the parts to which the person has not agreed."""
        standing = self._standing()
        return [block for block in rules.BLOCKS if standing is not None and block not in standing.blocks]

    def _town(self) -> str:
        return self.towns.name(self.answers.to) if self.answers.to else ""

    def _team(self) -> str:
        record = self.towns.records.get(self.answers.to)
        chosen = next((team for team in record.teams if team.id == self.answers.team), None) if record else None
        return chosen.names.in_language(town.language()) if chosen else ""

    def _stages(self) -> list[Stage]:
        return [
            Stage(step, steps.TITLES[step], step in self.answers.given, step == self.step, self._summary(step))
            for step in STEPS
        ]

    def _summary(self, step: str) -> str:
        """Return in a few words what was answered."""
        given, answers = self.answers.of(step), self.answers
        if not given and step not in answers.given:
            return ""
        if step == "why":
            return codes.label("referral-kind", given["kind"], town.language())
        if step == "where":
            return self._town()
        if step == "what":
            n = len(answers.blocks)
            return ngettext("%(n)d part", "%(n)d parts", n) % {"n": n}
        if step == "meeting":
            return dates.day(answers.meeting_on) if answers.meeting_on else str(_("None planned"))
        return str(_("Not needed")) if answers.advice else str(_("Consent stands"))


def steps_before(number: int) -> str:
    """Return the step before, "" for the first."""
    return STEPS[number - 1] if number else ""


def statutory(way: Any) -> dict[str, str]:
    """Return the tenant's text for danger without consent, in the reader's language or the town's own."""
    language = town.language() if town.language() in way.texts else local.tenant().official_languages[0]
    return {"language": language, "text": way.texts[language]}
