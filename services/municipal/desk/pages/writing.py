"""Writing in a file: notes of contacts, and the work in its fixed order."""

import itertools
import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation.errors import DomainError
from federation.portal import forms as portal_forms
from municipal.cases import actions as cases, queries as case_queries, rules as case_rules
from municipal.cases.rules import Block
from municipal.desk import forms, queries
from municipal.desk.pages.case import NOTE, CasePage, address

WRITERS = frozenset(case_rules.WRITERS)
REFUSED = (case_rules.EntryInvalid, case_rules.PictureMissing, case_rules.GoalMissing, case_rules.AwaitingDossier)


class CaseTimeline(CasePage):
    """Everything that happened, the newest first; a note of a contact is written on top of it."""

    template = "desk/timeline.html"
    tab = "case-timeline"
    draft = NOTE

    def look(self, note: forms.NoteForm | None = None) -> HttpResponse:
        """Show the timeline with an empty note, or with one that could not be saved."""
        file = self.read_file(block=Block.CONTACT_NOTES)
        timeline = queries.timeline(file)
        context = {
            "moments": timeline.moments,
            "colleagues": timeline.colleagues,
            "note": note or forms.NoteForm(initial=self.unfinished, at=self.at),
        }
        return self.show_case(file.case, context, status=422 if note else 200)

    def post(self, request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
        """Save a note of a contact."""
        self.actor.check_role(*WRITERS)
        form = forms.NoteForm(request.POST, at=self.at)
        if form.is_valid():
            draft = forms.draft(Block.CONTACT_NOTES, form, happenedAt=form.happened_at)
            cases.add_entry(case_id=case_id, draft=draft, by=self.actor, at=self.at)
            return self.saved(_("Your note is saved."), to=address("case-timeline", case_id))
        return self.look(form)


class CaseAddendum(CasePage):
    """What is added to a note; the note stays as it was written."""

    roles = WRITERS
    template = "desk/addendum.html"
    tab = "case-timeline"

    def look(self, form: forms.AddendumForm | None = None) -> HttpResponse:
        """Show the note and a form below it."""
        case, note = self.read(), self.note()
        context = {"note": note, "colleagues": queries.writers([note]), "form": form or forms.AddendumForm()}
        return self.show_case(case, context, status=422 if form else 200)

    def note(self) -> case_queries.EntryView:
        """Return the note, whose reading is logged; raise EntryNotFound."""
        found = cases.read_entry(
            case_id=self.case_id, entry_id=self.kwargs["entry_id"], purpose=self.purpose, by=self.actor, at=self.at
        )
        if found.block is not Block.CONTACT_NOTES:
            raise case_rules.EntryNotFound
        return found

    def post(self, request: HttpRequest, case_id: uuid.UUID, entry_id: uuid.UUID) -> HttpResponse:
        """Save the addendum; it is read by whoever reads the note."""
        form, note = forms.AddendumForm(request.POST), self.note()
        if not form.is_valid():
            return self.look(form)
        kept = {name: note.fields[name] for name in ("contactKind", "visibility")}
        draft = forms.draft(Block.CONTACT_NOTES, form, happenedAt=self.at, addendumTo=entry_id, **kept)
        cases.add_entry(case_id=case_id, draft=draft, by=self.actor, at=self.at)
        return self.saved(_("Your addition is saved; the note stays as it was."), to=address("case-timeline", case_id))


class CasePlan(CasePage):
    """Picture, goals, ways and evaluations: the only order in which work can be evaluated."""

    template = "desk/plan.html"
    tab = "case-plan"

    def look(self) -> HttpResponse:
        """Show the work in its order; what was said before stays readable below each entry."""
        file = self.read_file(block="")
        earlier = case_queries.earlier_versions(self.case_id)
        context = {
            "plan": queries.plan(file.entries, earlier=earlier),
            "colleagues": {**file.writers, **queries.writers(itertools.chain(*earlier.values()))},
        }
        return self.show_case(file.case, context)


class PlanEntry(CasePage):
    """A new entry of the plan."""

    roles = WRITERS
    template = "desk/plan_entry.html"
    tab = "case-plan"

    @property
    def block(self) -> Block:
        """Which kind of entry; raise EntryNotFound for what is none, or hangs on no goal."""
        found = (OF_GOAL if "goal_id" in self.kwargs else OF_CASE).get(self.kwargs["kind"])
        if found is None:
            raise case_rules.EntryNotFound
        return found

    def look(self, form: portal_forms.Form | None = None) -> HttpResponse:
        """Show an empty form, or one that could not be saved."""
        form_of_block = forms.OF_BLOCK[self.block]
        case, goal = self.read(), self.goal()
        context: dict[str, object] = {
            "form": form or form_of_block(initial={"evaluated_on": queries.today(self.at)}),
            "goal": goal,
        }
        context |= {"block": self.block, "heading": HEADINGS[self.block]}
        return self.show_case(case, context, status=422 if form else 200)

    def goal(self) -> case_queries.EntryView | None:
        """Return the goal that the entry will hang on, whose reading is logged; None for pictures and goals."""
        goal_id = self.kwargs.get("goal_id")
        if goal_id is None:
            return None
        return cases.read_entry(case_id=self.case_id, entry_id=goal_id, purpose=self.purpose, by=self.actor, at=self.at)

    def post(self, request: HttpRequest, case_id: uuid.UUID, **named: object) -> HttpResponse:
        """Save the entry, if its turn has come."""
        del named
        form = forms.OF_BLOCK[self.block](request.POST)
        if form.is_valid() and self.saves(form, goalId=self.kwargs.get("goal_id")):
            return self.saved(_("Saved."), to=address("case-plan", case_id))
        return self.look(form)

    def saves(self, form: portal_forms.Form, **more: object) -> bool:
        """Write what the form says; say whether it could be, with the reason in the form."""
        try:
            draft = forms.draft(self.block, form, **more)
            cases.add_entry(case_id=self.case_id, draft=draft, by=self.actor, at=self.at)
        except REFUSED as refusal:
            form.refuse(refusal)
        return form.is_valid()


OF_CASE = {"picture": Block.SITUATION_PICTURE, "goal": Block.GOALS}
OF_GOAL = {"way": Block.WAYS, "evaluation": Block.EVALUATIONS}
HEADINGS = {
    Block.SITUATION_PICTURE: _("A side of the situation picture"),
    Block.GOALS: _("A goal"),
    Block.WAYS: _("A way to a goal"),
    Block.EVALUATIONS: _("An evaluation of a goal"),
}


class PlanVersion(PlanEntry):
    """The next version of an entry; the one before stays readable."""

    template = "desk/plan_version.html"

    def entry(self) -> case_queries.EntryView:
        """Return the entry as it stands, whose reading is logged; raise EntryNotFound."""
        found = cases.read_entry(
            case_id=self.case_id, entry_id=self.kwargs["entry_id"], purpose=self.purpose, by=self.actor, at=self.at
        )
        if found.block is Block.CONTACT_NOTES:
            raise case_rules.EntryNotFound
        return found

    def look(self, form: portal_forms.Form | None = None, *, status: int = 422) -> HttpResponse:
        """Show the entry as it stands in a form, or one that could not be saved beside what stands now."""
        case, entry = self.read(), self.entry()
        initial = {forms.snake(name): value for name, value in entry.fields.items()}
        shown = form or forms.version_form(entry.block, initial=initial | {"version": entry.version})
        context: dict[str, object] = {"form": shown, "entry": entry, "heading": HEADINGS[entry.block]}
        if status == CROSSED:
            context |= {"crossed": True, "colleagues": queries.writers([entry])}
        return self.show_case(case, context, status=status if form else 200)

    def post(self, request: HttpRequest, case_id: uuid.UUID, **named: object) -> HttpResponse:
        """Save the next version on top of the one that was read; another's version in between is never lost."""
        del named
        entry = self.entry()
        form = forms.version_form(entry.block, data=request.POST)
        if not form.is_valid():
            return self.look(form)
        try:
            kept = {name: entry.fields[name] for name in ("goalId", "lifeDomain") if name in entry.fields}
            cases.add_entry(
                case_id=case_id,
                draft=forms.draft(entry.block, form, **kept),
                entry_id=entry.entry_id,
                version=form.cleaned_data["version"],
                by=self.actor,
                at=self.at,
            )
        except case_rules.LostUpdate:
            return self.look(forms.again(form, version=entry.version), status=CROSSED)
        except DomainError as refusal:
            if not isinstance(refusal, REFUSED):
                raise
            form.refuse(refusal)
            return self.look(form)
        return self.saved(_("Saved. What was said before stays readable."), to=address("case-plan", case_id))


CROSSED = case_rules.LostUpdate.http
"""The status of a page on which two people met."""
