"""The addresses of partner tables: ids and words for acts, nothing else."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from municipal.tables import api, pages


class SeatAct(StringConverter):
    """What a button beside a seat does."""

    regex = "mine|excused|comes|away"


class ItemAct(StringConverter):
    """What a button beside a point does."""

    regex = "up|down|off"


register_converter(SeatAct, "seat_act")
register_converter(ItemAct, "item_act")

MEETING = "tables/<uuid:meeting_id>"
AGREEMENT = "agreements/<uuid:agreement_id>"

OF_CASEWORK: list[URLPattern] = [
    path("cases/<uuid:caseId>/agreements", api.CaseAgreements.as_view()),
    path("agreements/<uuid:agreementId>", api.AgreementDetail.as_view()),
    path("agreements/<uuid:agreementId>/progress", api.Progress.as_view()),
]

PAGES: list[URLPattern] = [
    path("tables", pages.Tables.as_view(), name="tables"),
    path(MEETING, pages.TableMeeting.as_view(), name="table-meeting"),
    path(f"{MEETING}/cancel", pages.MeetingCancel.as_view(), name="meeting-cancel"),
    path(f"{MEETING}/seats", pages.SeatNew.as_view(), name="seat-new"),
    path(f"{MEETING}/seats/<uuid:seat_id>/<seat_act:act>", pages.SeatChange.as_view(), name="seat-change"),
    path(f"{MEETING}/carried", pages.CarriedItems.as_view(), name="carried-items"),
    path(f"{MEETING}/items", pages.ItemNew.as_view(), name="item-new"),
    path(f"{MEETING}/items/<uuid:item_id>", pages.TableItem.as_view(), name="table-item"),
    path(f"{MEETING}/items/<uuid:item_id>/question", pages.ItemQuestion.as_view(), name="item-question"),
    path(f"{MEETING}/items/<uuid:item_id>/<item_act:act>", pages.ItemChange.as_view(), name="item-change"),
    path(f"{MEETING}/minutes", pages.TableMinutes.as_view(), name="table-minutes"),
    path(f"{MEETING}/minutes/<uuid:seat_id>", pages.TableMinutes.as_view(), name="table-minutes-of"),
    path(f"{AGREEMENT}/done", pages.AgreementTick.as_view(), name="agreement-tick"),
    path(f"{AGREEMENT}/reopen", pages.AgreementReopen.as_view(), name="agreement-reopen"),
    path(f"{AGREEMENT}/postpone", pages.AgreementPostpone.as_view(), name="agreement-postpone"),
    path(f"{AGREEMENT}/not-worked", pages.AgreementNotWorked.as_view(), name="agreement-not-worked"),
]
