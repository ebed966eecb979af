"""Pages of the regional coordinator: what has fallen silent, the search, one life line, the border."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation.bus import directory
from federation.contracts.directory import DirectoryRecord
from federation.errors import DomainError
from federation.identity.actor import Role
from federation.portal import numbers, pages, town
from regional.progress import actions as progress_actions, queries as progress, rules as progress_rules
from regional.search import actions, drawings, queries, rules
from regional.search.forms import PurposeForm, SearchForm

COORDINATORS = frozenset({Role.REGIONAL_COORDINATOR})
PAGE = 25
LATE, SOON = 10, 5
"""Working days of silence that are marked."""


def names() -> dict[str, str]:
    """Return how the municipalities are called in the reader's language."""
    return {name: record.names.in_language(town.language()) for name, record in directory.believed().items()}


@dataclass(frozen=True)
class Line:
    """One referral as a row shows it."""

    entry: queries.Entry
    sender: str
    recipient: str

    @property
    def reference(self) -> str:
        """What people say on the telephone: the beginning of the referral's random id."""
        return numbers.of_referral(self.entry.referral.pk)

    @property
    def urgency(self) -> str:
        """How the silence is marked, always beside its words."""
        days = 0 if self.entry.under_way else self.entry.silent_days
        return "late" if days >= LATE else "soon" if days >= SOON else ""

    @property
    def state(self) -> str:
        """The state that the small custody line draws: the side that has come furthest."""
        referral = self.entry.referral
        return progress_rules.furthest(referral.sender_state, referral.recipient_state)


def lines(entries: tuple[queries.Entry, ...]) -> list[Line]:
    """Return entries with the names of their towns."""
    known = names()
    return [
        Line(
            entry,
            known.get(entry.referral.sender, entry.referral.sender),
            known.get(entry.referral.recipient, entry.referral.recipient),
        )
        for entry in entries
    ]


def listed(found: queries.Silence) -> dict[str, Any]:
    """Return what `search/open.html` shows of one page of the list of silence."""
    shown = lines(found.entries)
    return {
        "open": found.open,
        "waits": found.open - found.open_under_way,
        "waiting": [line for line in shown if not line.entry.under_way],
        "under_way": [line for line in shown if line.entry.under_way],
        "next": rules.cursor_of(found.next) if found.next else "",
    }


class Silence(pages.Page):
    """What is open and has been silent longest: from the database alone."""

    roles = COORDINATORS
    template = "search/silence.html"
    title = _("What has fallen silent")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list, from its beginning or from where the page before ended."""
        after = request.GET.get("after")
        found = queries.silence(first=PAGE, after=rules.rank(after) if after else None, by=self.actor, at=self.at)
        return self.show({**listed(found), "continued": bool(after)})


class Search(pages.Page):
    """The search by fields: by POST, so that nothing of it stands in an address."""

    roles = COORDINATORS
    template = "search/search.html"
    title = _("Search for referrals")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        del request
        return self.show({"form": SearchForm(towns=self._towns())})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Search."""
        form = SearchForm(request.POST, towns=self._towns())
        if not form.is_valid():
            return self.show({"form": form}, status=422)
        try:
            found = self._found(form)
        except rules.SearchUnavailable:
            silent = queries.silence(first=PAGE, by=self.actor, at=self.at)
            return self.show({"form": form, "away": True, **listed(silent)}, status=503)
        except DomainError as refusal:
            form.refuse(refusal)
            return self.show({"form": form}, status=422)
        return self.show({"form": form, "found": found, "lines": lines(found.entries), **self._counted(form, found)})

    def _found(self, form: SearchForm) -> queries.Result:
        asked = form.cleaned_data
        return actions.search(
            form.criteria(),
            first=PAGE,
            after=rules.place(asked["after"]) if asked["after"] else None,
            purpose=asked["purpose"],
            by=self.actor,
            at=self.at,
        )

    def _counted(self, form: SearchForm, found: queries.Result) -> dict[str, Any]:
        """Return how many are open of what was asked for; where ended ones are among them there is no number."""
        asked = set(form.criteria().phases)
        counted = sum(count for phase, count in found.counts.items() if phase in asked)
        total = counted if asked <= set(queries.OPEN_PHASES) else None
        facets = [(phase, found.counts[phase]) for phase in queries.OPEN_PHASES]
        return {"total": total, "facets": facets, "next": found.next.cursor() if found.next else ""}

    def _towns(self) -> dict[str, str]:
        return {name: record.names.in_language(town.language()) for name, record in queries.towns().items()}


class LifeLine(pages.Page):
    """One referral from both sides. It is opened with a purpose, which stands in the log."""

    roles = COORDINATORS
    template = "search/life_line.html"
    title = _("Life line of a referral")

    def get(self, request: HttpRequest, referralId: uuid.UUID) -> HttpResponse:  # noqa: N803 -- as in the address
        """Ask for the purpose: a reloaded or kept address opens nothing by itself."""
        del request
        return self._ask(PurposeForm(), referralId)

    def post(self, request: HttpRequest, referralId: uuid.UUID) -> HttpResponse:  # noqa: N803
        """Open the life line."""
        form = PurposeForm(request.POST)
        if not form.is_valid():
            return self._ask(form, referralId, status=422)
        purpose = form.cleaned_data["purpose"]
        line = progress_actions.open_life_line(referral_id=referralId, purpose=purpose, by=self.actor, at=self.at)
        records = directory.believed()
        known = {name: record.names.in_language(town.language()) for name, record in records.items()}
        periods = [(period, [known.get(name, name) for name in period.towns]) for period in drawings.periods(line)]
        (row,) = lines(queries.entries([line.referral], at=self.at))
        river = drawings.river(line, at=self.at)
        sides = (line.referral.sender, line.referral.recipient)
        calls = [(known[side], _telephones(records[side])) for side in sides if side in records]
        shown = {"line": line, "row": row, "periods": periods, "river": river, "purpose": purpose}
        return self.show({**shown, "calls": calls})

    def _ask(self, form: PurposeForm, referral_id: uuid.UUID, *, status: int = 200) -> HttpResponse:
        values = {"form": form, "reference": numbers.of_referral(referral_id), "referral_id": referral_id}
        return self.show(values, status=status, template="search/purpose.html")


def _telephones(record: DirectoryRecord) -> list[tuple[str, str]]:
    """Return the teams of a town with their telephones, "" where a team has told none."""
    return [(team.names.in_language(town.language()), team.phone or "") for team in record.teams]


class Border(pages.Page):
    """The open questions across the region's border, as a band and as a table."""

    roles = COORDINATORS
    template = "search/border.html"
    title = _("The border")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show both."""
        del request
        found = drawings.band(progress.border(by=self.actor), own_towns=progress.own_towns())
        known = names()
        closed = progress.closed_days(self.at)
        rows = [
            (row, known.get(row.town, row.town), progress.silent_for(row.oldest, at=self.at, closed=closed))
            for row in found.rows
        ]
        sides = {
            "others": [known.get(name, name) for name in found.others],
            "own": [known.get(name, name) for name in found.own],
        }
        return self.show({"band": found, "rows": rows, **sides})
