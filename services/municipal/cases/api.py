"""HTTP of cases: /api/casework/v1/cases and what stands in them."""

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation.audit import queries as audit
from federation.rest import etags, fields, pages, views
from federation.rest.idempotency import idempotent
from federation.rest.serializers import Input, Output, Patch
from municipal.cases import actions, contents, queries, rules
from municipal.people import rules as people_rules

CASE = "casework/v1/cases/{id}"

PURPOSE = OpenApiParameter(
    "Zenne-Purpose",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description=f"Why a file outside one's own work is opened: {', '.join(sorted(rules.PURPOSES))}.",
)
IF_MATCH = OpenApiParameter(
    "If-Match", {"type": "string"}, OpenApiParameter.HEADER, required=True, description="The ETag of what was read."
)


class PersonInput(Input):
    """The least that must be known of a person."""

    firstName = fields.Text(source="first_name", max_length=100)
    lastName = fields.Text(source="last_name", max_length=100)
    birthOn = fields.Day(source="birth_on")
    contactLanguage = fields.Text(source="contact_language", max_length=3, help_text="ISO 639 code.")
    interpreterNeeded = fields.Truth(source="interpreter_needed", required=False)
    phone = fields.Text(max_length=30, required=False)
    municipality = fields.Text(max_length=5, required=False, help_text="NIS code of the municipality of stay.")


class PersonPatch(Patch):
    """Details of a person that change; null removes telephone number or municipality."""

    firstName = fields.Text(source="first_name", max_length=100)
    lastName = fields.Text(source="last_name", max_length=100)
    birthOn = fields.Day(source="birth_on")
    contactLanguage = fields.Text(source="contact_language", max_length=3)
    interpreterNeeded = fields.Truth(source="interpreter_needed")
    phone = fields.Text(max_length=30, allow_null=True)
    municipality = fields.Text(max_length=5, allow_null=True)


class Person(Output):
    """A person."""

    firstName = fields.Text(source="first_name")
    lastName = fields.Text(source="last_name")
    birthOn = fields.Day(source="birth_on")
    contactLanguage = fields.Text(source="contact_language")
    interpreterNeeded = fields.Truth(source="interpreter_needed")
    phone = fields.Text(required=False)
    municipality = fields.Text(required=False)


class NextContact(Input):
    """Who speaks with the person next, and when."""

    on = fields.Day(source="next_contact_on")
    who = fields.Text(source="next_contact_who", max_length=200)
    reason = fields.Code(required=False, help_text="Why a contact that was planned already moves to this day.")


class CaseInput(Input):
    """What opens a case."""

    person = PersonInput()
    stayKind = fields.Code(source="stay_kind")
    team = fields.Name(required=False, help_text="Id of the team; one's own when left out.")


class CasePatch(Patch):
    """What changes at the head of a case."""

    person = PersonPatch()
    stayKind = fields.Code(source="stay_kind")
    team = fields.Name()
    nextContact = NextContact(source="next_contact", allow_null=True)


class CaseItem(Output):
    """A case in a list: nothing that says who it is."""

    href = fields.Href(CASE)
    id = fields.Uuid()
    reference = fields.Text()
    team = fields.Text()
    stayKind = fields.Code(source="stay_kind")
    openedAt = fields.Instant(source="opened_at")
    custodian = fields.Truth()
    awaitingDossier = fields.Truth(source="awaiting_dossier")
    closedForWritingAt = fields.Instant(source="closed_for_writing_at", required=False)
    nextContactOn = fields.Day(source="next_contact_on", required=False)


class Case(CaseItem):
    """A case."""

    person = Person(required=False)
    nextContactWho = fields.Text(source="next_contact_who", required=False)


class CasePage(pages.Page):
    """Cases, the newest first."""

    items = CaseItem(many=True)


class CaseQuery(pages.PageQuery):
    """Which cases."""

    team = serializers.ListField(child=fields.Name(), required=False, help_text="Of one of these teams.")
    stayKind = serializers.ListField(child=fields.Code(), required=False)
    custodian = serializers.ChoiceField(choices=["true", "false"], required=False)


class EntryInput(Input):
    """A new entry, or with `entryId` and `version` the next version of one. Which fields it has, its block decides."""

    block = fields.Code()
    entryId = fields.Uuid(required=False, help_text="The entry of which this is the next version.")
    version = fields.Number(min_value=1, required=False, help_text="The version that was read.")
    lifeDomain = fields.Code(required=False)
    text = fields.Text(max_length=8000, required=False)
    ownWords = fields.Text(max_length=8000, required=False)
    progressSign = fields.Text(max_length=1000, required=False)
    goalId = fields.Uuid(required=False)
    what = fields.Text(max_length=8000, required=False)
    who = fields.Text(max_length=200, required=False)
    until = fields.Day(required=False)
    evaluatedOn = fields.Day(required=False)
    finding = fields.Text(max_length=8000, required=False)
    comparedWithPicture = fields.Text(max_length=8000, required=False)
    contactKind = fields.Code(required=False)
    happenedAt = fields.Instant(required=False)
    visibility = fields.Code(required=False)
    addendumTo = fields.Uuid(required=False)


class EntryItem(Output):
    """An entry in a list."""

    href = fields.Href("casework/v1/cases/{case_id}/entries/{entry_id}")
    id = fields.Uuid(source="entry_id")
    block = fields.Code()
    version = fields.Number()


class Entry(EntryItem):
    """The current version of an entry."""

    writtenAt = fields.Instant(source="written_at")
    writtenIn = fields.Text(source="written_in")
    lifeDomain = fields.Code(required=False)
    text = fields.Text(required=False)
    ownWords = fields.Text(required=False)
    progressSign = fields.Text(required=False)
    goalId = fields.Uuid(required=False)
    what = fields.Text(required=False)
    who = fields.Text(required=False)
    until = fields.Day(required=False)
    evaluatedOn = fields.Day(required=False)
    finding = fields.Text(required=False)
    comparedWithPicture = fields.Text(required=False)
    contactKind = fields.Code(required=False)
    happenedAt = fields.Instant(required=False)
    visibility = fields.Code(required=False)
    addendumTo = fields.Uuid(required=False)


class EntryPage(pages.Page):
    """Entries in the order in which they were begun."""

    items = EntryItem(many=True)
    embedded = serializers.DictField(child=Entry(), required=False, help_text="The whole entries, by address.")


class EntryQuery(pages.PageQuery):
    """Which entries, and whether as a whole."""

    block = fields.Code(required=False)
    embed = serializers.ChoiceField(choices=["items"], required=False)


class Cases(views.View):
    """The cases of this town."""

    api_tag = "Cases"

    @idempotent(operation_id="createCase", summary="Open a case", request=CaseInput, responses={201: Case})
    def post(self, request: Request) -> Response:
        """Open a case by intake; from then on this town answers for the person."""
        del request
        sent = self.sent(CaseInput)
        view = actions.open_case(
            details=people_rules.Details(**sent["person"]),
            stay_kind=_stay_kind(sent["stay_kind"]),
            team=sent.get("team", ""),
            by=self.actor,
            at=self.at,
        )
        return views.created(_shown(view), ETag=etags.etag(view.version))

    @extend_schema(
        operation_id="listCases",
        summary="List cases",
        parameters=[CaseQuery, PURPOSE],
        responses={200: CasePage},
    )
    def get(self, request: Request) -> Response:
        """List the cases that the caller may know of, the newest first; nobody is named."""
        asked = self.asked(CaseQuery)
        self.actor.check_role(*rules.READERS)
        found = queries.visible_to(self.actor, self.purpose).select_related(None)  # nobody is named
        if "team" in asked:
            found = found.filter(team__in=asked["team"])
        if "stayKind" in asked:
            found = found.filter(stay_kind__in=asked["stayKind"])
        if "custodian" in asked:
            found = queries.with_custody(found, asked["custodian"] == "true")
        return pages.page(request, found, CaseItem, asked)


class CaseDetail(views.View):
    """One case."""

    api_tag = "Cases"

    @extend_schema(operation_id="getCase", summary="Read a case", parameters=[PURPOSE], responses={200: Case})
    def get(self, request: Request, caseId: uuid.UUID) -> Response:
        """Read a case. The reading leaves an entry in a log that the person may ask for."""
        del request
        self.no_query()
        view = actions.read_case(case_id=caseId, purpose=self.purpose, by=self.actor, at=self.at)
        return Response(_shown(view), headers={"ETag": etags.etag(view.version)})

    @extend_schema(
        operation_id="updateCase",
        summary="Change a case",
        request=CasePatch,
        parameters=[IF_MATCH],
        responses={200: Case},
    )
    def patch(self, request: Request, caseId: uuid.UUID) -> Response:
        """Change what stands at the head of a case, as a merge patch."""
        changes, reason = dict(self.sent(CasePatch)), ""
        if "stay_kind" in changes:
            changes["stay_kind"] = _stay_kind(changes["stay_kind"])
        if "next_contact" in changes:
            planned = changes.pop("next_contact") or {"next_contact_on": None, "next_contact_who": ""}
            reason = planned.pop("reason", "")
            changes |= planned
        if "person" in changes:
            changes["person"] = {name: "" if value is None else value for name, value in changes["person"].items()}
        version = etags.version_read(request)
        view = actions.change_case(
            case_id=caseId, version=version, changes=changes, reason=reason, by=self.actor, at=self.at
        )
        return Response(_shown(view), headers={"ETag": etags.etag(view.version)})


class Entries(views.View):
    """What is written in a case."""

    api_tag = "Entries"

    @idempotent(operation_id="createEntry", summary="Write an entry", request=EntryInput, responses={201: Entry})
    def post(self, request: Request, caseId: uuid.UUID) -> Response:
        """Write an entry: picture, then goals, then ways and evaluations; contact notes at any time."""
        del request
        sent = dict(self.sent(EntryInput))
        entry_id, version = sent.pop("entryId", None), sent.pop("version", None)
        block = _block(sent.pop("block"))
        if block is rules.Block.CONTACT_NOTES:
            sent = {"happenedAt": self.at, "visibility": "team"} | sent
        view = actions.add_entry(
            case_id=caseId,
            draft=contents.draft(block, sent),
            entry_id=entry_id,
            version=version,
            by=self.actor,
            at=self.at,
        )
        return views.created(_entry(caseId, view))

    @extend_schema(
        operation_id="listEntries",
        summary="List entries",
        parameters=[EntryQuery, PURPOSE],
        responses={200: EntryPage},
    )
    def get(self, request: Request, caseId: uuid.UUID) -> Response:
        """List the current entries; with `embed=items` the whole ones stand beside. The reading is logged."""
        asked = self.asked(EntryQuery)
        block = asked.get("block", "")
        found = actions.read_entries(case_id=caseId, block=block, purpose=self.purpose, by=self.actor, at=self.at)
        shown = [_entry_values(caseId, view) for view in found]
        return pages.page(request, shown, EntryItem, asked, embed=Entry if "embed" in asked else None)


class EntryDetail(views.View):
    """One entry."""

    api_tag = "Entries"

    @extend_schema(operation_id="getEntry", summary="Read an entry", parameters=[PURPOSE], responses={200: Entry})
    def get(self, request: Request, caseId: uuid.UUID, entryId: uuid.UUID) -> Response:
        """Read the current version of an entry. The reading is logged."""
        del request
        self.no_query()
        view = actions.read_entry(case_id=caseId, entry_id=entryId, purpose=self.purpose, by=self.actor, at=self.at)
        return Response(_entry(caseId, view))


class AccessItem(Output):
    """One act on a case; who it was is the realm's number of that person."""

    href = fields.Href("casework/v1/cases/{case_id}", help_text="The case.")
    at = fields.Instant()
    act = fields.Code()
    by = fields.Text()
    team = fields.Text(required=False)
    purpose = fields.Code(required=False)
    subject = fields.Text()


class AccessPage(pages.Page):
    """Acts, the newest first."""

    items = AccessItem(many=True)


class Accesses(views.View):
    """Who read or changed a case: the log that the person may ask for."""

    api_tag = "Accesses"

    @extend_schema(
        operation_id="listAccesses",
        summary="List who read or changed a case",
        parameters=[pages.PageQuery],
        responses={200: AccessPage},
    )
    def get(self, request: Request, caseId: uuid.UUID) -> Response:
        """List every reading and change of a case, for the data protection officer; it holds no content.

        This call stands in the list too, the newest, and moves what is older one place on: while somebody turns pages,
        a line can come twice and none is passed over.
        """
        asked = self.asked(pages.PageQuery)
        log = actions.read_accesses(case_id=caseId, by=self.actor, at=self.at)
        found = [
            {
                "case_id": caseId,
                "at": access.at,
                "act": access.act,
                "by": access.by,
                "team": access.team,
                "purpose": access.purpose,
                "subject": access.subject,
            }
            for access in map(audit.access_of, log)
        ]
        return pages.page(request, found, AccessItem, asked)


def _stay_kind(code: str) -> rules.StayKind:
    try:
        return rules.StayKind(code)
    except ValueError:
        message = f"`stayKind` is one of: {', '.join(rules.StayKind)}."
        raise actions.ChangeInvalid(message, field="stayKind") from None


def _block(code: str) -> rules.Block:
    writable = [block for block in rules.Block if block is not rules.Block.IDENTITY]
    if code not in writable:
        message = f"`block` is one of: {', '.join(writable)}."
        raise rules.EntryInvalid(message, field="block")
    return rules.Block(code)


def _shown(view: queries.CaseView) -> dict[str, Any]:
    return Case.of(view)


def _entry_values(case_id: uuid.UUID, view: queries.EntryView) -> dict[str, Any]:
    """Return an entry as flat values, which the serializers pick from."""
    return {
        "case_id": case_id,
        "entry_id": view.entry_id,
        "block": view.block,
        "version": view.version,
        "written_at": view.written_at,
        "written_in": view.written_in,
        **view.fields,
    }


def _entry(case_id: uuid.UUID, view: queries.EntryView) -> dict[str, Any]:
    return Entry.of(_entry_values(case_id, view))
