"""The pages of partner tables, by what people do there: plan a meeting, go through its points, settle agreements."""

from municipal.tables.pages.agreements import AgreementNotWorked, AgreementPostpone, AgreementReopen, AgreementTick
from municipal.tables.pages.meetings import (
    CarriedItems,
    MeetingCancel,
    SeatChange,
    SeatNew,
    TableMeeting,
    TableMinutes,
    Tables,
)
from municipal.tables.pages.points import ItemChange, ItemNew, ItemQuestion, TableItem

__all__ = [
    "AgreementNotWorked",
    "AgreementPostpone",
    "AgreementReopen",
    "AgreementTick",
    "CarriedItems",
    "ItemChange",
    "ItemNew",
    "ItemQuestion",
    "MeetingCancel",
    "SeatChange",
    "SeatNew",
    "TableItem",
    "TableMeeting",
    "TableMinutes",
    "Tables",
]
