"""Pages of closed years: what was counted, what may leave, and the two people who decide."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from federation.identity import colleagues
from federation.identity.actor import Role
from federation.portal import pages
from municipal.counts import actions, queries, rules

READERS = frozenset(rules.READERS)


def year_address(year: int) -> str:
    """Return the address of a year's figures."""
    return reverse("year-figures", kwargs={"year": year})


class Figures(pages.Page):
    """The closed years of this town."""

    roles = READERS
    template = "counts/figures.html"
    title = _("Figures of closed years")

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the years that are over."""
        del request
        return self.show({"years": queries.years(by=self.actor, at=self.at)})


class YearFigures(pages.Page):
    """One closed year, before and after protection."""

    roles = READERS
    template = "counts/year.html"
    title = _("Figures of a closed year")

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        """Show what was counted beside what may leave."""
        del request
        found = queries.year(year, by=self.actor, at=self.at)
        froze = found.frozen_by == self.actor.subject
        names = colleagues.names({found.frozen_by, found.approved_by})
        return self.show(
            {
                "year": found,
                "froze": froze,
                "frozen_by": names.get(found.frozen_by),
                "released_by": names.get(found.approved_by),
                "may_freeze": found.state == queries.State.NOT_FROZEN and self.actor.has(Role.MANAGER),
                "may_release": found.state == queries.State.FROZEN and self.actor.has(*rules.APPROVERS) and not froze,
            }
        )


class YearFreeze(pages.Page):
    """The button that freezes a year."""

    roles = frozenset(rules.FREEZERS)
    title = _("Freeze a year")

    def post(self, request: HttpRequest, year: int) -> HttpResponse:
        """Freeze the year."""
        del request
        actions.freeze_year(year=year, by=self.actor, at=self.at)
        return self.saved(_("The year is frozen. Nothing has left."), to=year_address(year))


class YearRelease(pages.Page):
    """The button that lets a year's protected figures go."""

    roles = frozenset(rules.APPROVERS)
    title = _("Release a year")

    def post(self, request: HttpRequest, year: int) -> HttpResponse:
        """Release the year."""
        del request
        actions.approve_release(year=year, by=self.actor, at=self.at)
        return self.saved(_("The protected figures are on their way to the national level."), to=year_address(year))
