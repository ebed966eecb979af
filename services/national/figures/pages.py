"""Pages of the national figures: one closed year at a time, as it was released."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation.portal import pages, town
from national.figures import chart, queries, rules, sheet

READERS = frozenset(rules.READERS)


class FiguresPage(pages.Page):
    """The figures of a closed year: who reported, a sentence, bars, and the table beside them."""

    roles = READERS
    template = "figures/year.html"
    title = _("Figures of closed years")

    def show_year(self, number: int, years: list[int]) -> HttpResponse:
        """Return the page of a year."""
        year = queries.year(number, by=self.actor, at=self.at)
        language = town.language()
        rows = [
            (one.names[language], one.release)
            for one in sorted(year.municipalities, key=lambda one: one.names[language])
        ]
        return self.show(
            {
                "year": year,
                "years": years,
                "rows": rows,
                "most": _most(rows),
                "chart": chart.drawn(_bars(rows)),
                "silent": [name for name, release in rows if release is None],
            }
        )


class NationalFigures(FiguresPage):
    """The last closed year."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the newest year that is over."""
        del request
        years = queries.years(by=self.actor, at=self.at)
        return self.show_year(years[0], years)


class YearFigures(FiguresPage):
    """One closed year."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        """Show a year that is over."""
        del request
        return self.show_year(year, queries.years(by=self.actor, at=self.at))


class YearTable(pages.Page):
    """The table of a year as a file."""

    roles = READERS
    title = _("Table of a closed year")

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        """Give the table as CSV."""
        del request
        found = queries.year(year, by=self.actor, at=self.at)
        answer = HttpResponse(sheet.written(found, language=town.language()), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="zenne-{year}.csv"'
        return answer


class Method(pages.Page):
    """How the figures come to be, in words."""

    roles = READERS
    template = "figures/method.html"
    title = _("How the figures are made")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the method."""
        del request
        return self.show()


Row = tuple[str, queries.ReleaseView | None]


def _new(release: queries.ReleaseView) -> rules.Figure | None:
    return release.figure("newSignals")


def _bars(rows: list[Row]) -> list[tuple[str, int | None, str]]:
    found = [(name, _new(release)) for name, release in rows if release is not None]
    return [(name, figure.value, figure.written) for name, figure in found if figure is not None]


def _most(rows: list[Row]) -> str:
    """Return the names of the municipalities with the highest figure, "" where none can be shown."""
    shown = [(name, value) for name, value, _words in _bars(rows) if value is not None]
    highest = max((value for _name, value in shown), default=0)
    names = [name for name, value in shown if value == highest]
    return ", ".join(names)
