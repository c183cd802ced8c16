"""Every column that could tell of a person is empty once its time is over, or stands in a list that says why it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from tortoise import Model, Tortoise, fields

from casework.documents.models import IssuedDocument
from casework.penalties import case_papers, papers
from casework.penalties import models as penalties
from casework.penalties.access import ABOUT_CASE, ABOUT_NOTICE
from casework.permits import hearing_models as heard
from casework.permits import models as permits
from casework.permits import survey_models as surveys
from casework.permits.party_rows import ABOUT_PARTY
from casework.permits.published_models import PermitFact, PermitKeyList
from casework.projects import models as projects
from casework.retention.anonymising import keep_no_longer
from casework.retention.profile import RetentionSection
from casework.scene_codes.models import SceneCode
from casework.sign_filings import models as signs
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.files.models import StoredFile
from tests.casework_setting import desk_on

CANARY, SOMEWHERE, CELL, SOMEBODY = "canary", 77.25, 7_700_077, uuid4()
PARTS = ("casework.permits.", "casework.sign_filings.", "casework.projects.", "casework.penalties.")
TIES = {
    "application_id",
    "permit_id",
    "sign_id",
    "project_id",
    "notice_id",
    "case_id",
    "about_id",
    "visit_id",
}
PEOPLE = {"account_id", "signature_file_id"}
ELSEWHERE = {
    "AuditEntry": "the chain is never changed: of what parties say it holds digests, and it is not shown any more",
    "DeadlineAlarm": "codes of limits and times, no words",
    "Delivery": "goes in a time of its own (`notices`)",
    "DrawVisit": "what was drawn and is published about enterprises, without positions",
    "ExchangeMessage": "goes in a time of its own (`casework.exchange.forgetting`)",
    "OutboxEvent": "goes once it was relayed, in a time of its own",
    "StaffAlert": "names of rules and roles, no words",
}
CODE = "a code of a table or of the profile, or a unit"
NUMBER = "the number under which it stays findable"
LAW = "the article it rests on"
MEASURE = "a measure of what was allowed, put up or looked at"
PUBLISHED = "published, looked through for names before"
STREET = "a street and a grid: nobody's address"
ENTERPRISE = "an enterprise and its site are no person"
KEPT: dict[str, str] = {}
for table, why, columns in (
    ("CoSignature", CODE, "asking_unit opinion organ state unit"),
    ("CoSignature", LAW, "basis"),
    ("CoSignature", NUMBER, "reference"),
    ("EnterpriseVisit", CODE, "exception refused state unit"),
    ("EnterpriseVisit", LAW, "basis"),
    ("EnterpriseVisit", ENTERPRISE, "enterprise uscc"),
    (
        "EnterpriseVisit",
        "the record of an inspection is the bureau's own",
        "purpose findings exception_words",
    ),
    ("EnterpriseVisit", "how far from the site tells no place", "distance_m"),
    ("EnterpriseVisit", "the digest of a random code, so that it is used once", "rating_hash"),
    ("IssuedDocument", CODE, "about_kind delivery kind seal series template"),
    ("IssuedDocument", NUMBER, "number"),
    ("IssuedDocument", "tells a genuine copy that somebody holds from a false one", "sha256"),
    ("OfficerCertificate", "an officer's, for as long as they serve", "number"),
    ("PartyRequest", CODE, "kind outcome state unit"),
    ("PartyRequest", "sums and dates", "plan"),
    ("PartyRequest", NUMBER, "reference"),
    ("PenaltyAccess", CODE, "about_kind"),
    ("PenaltyAccess", "the digest of a random code that is revoked", "secret_hash"),
    ("PenaltyCase", CODE, "advance_delivery calendar decision_delivery ground_code party_kind state unit"),
    ("PenaltyCase", LAW, "basis"),
    ("PenaltyCase", NUMBER, "reference"),
    ("PenaltyCase", "sums and dates", "terms"),
    ("Permit", CODE, "end_cause holder_kind kind kind_name state surface unit"),
    ("Permit", LAW, "end_basis"),
    ("Permit", NUMBER, "code number"),
    ("Permit", MEASURE, "area_m2"),
    ("Permit", STREET, "place_area place_grid"),
    (
        "PermitApplication",
        CODE,
        "act calendar definition delivery flow holder_kind kind source state surface unit",
    ),
    ("PermitApplication", "how somebody was identified, not as whom", "identity identity_document"),
    ("PermitApplication", "of the kind, not of the case", "fee_basis fee_note"),
    ("PermitApplication", NUMBER, "reference"),
    ("PermitApplication", "why the bureau decided as it did", "ground"),
    ("PermitApplication", PUBLISHED, "extension_reason late_reason"),
    ("PermitApplication", MEASURE, "area_m2"),
    ("PermitApplication", STREET, "place_area place_grid"),
    ("PermitFact", CODE, "act kind late_organ outcome source"),
    ("PermitFact", PUBLISHED, "extension_reason late_reason"),
    ("PermitHearing", CODE, "cause state unit"),
    ("PermitHearing", LAW, "basis"),
    ("PermitHearing", NUMBER, "reference"),
    ("PermitKeyList", "keys and numbers, published", "content"),
    ("PermitParty", CODE, "answer told_how"),
    ("PermitPause", CODE, "kind"),
    ("PermitPause", LAW, "basis"),
    ("PermitStatement", CODE, "outcome"),
    ("PermitSurvey", CODE, "outcome purpose"),
    ("PermitSurvey", MEASURE, "measured_area_m2"),
    ("Project", CODE, "state unit"),
    ("Project", NUMBER, "code"),
    (
        "Project",
        ENTERPRISE,
        "name builder builder_uscc contractor supervisor latitude longitude place_text place_area",
    ),
    ("ProjectNotice", "was public on the board, and why it came down", "title words take_down_reason"),
    ("RectificationNotice", CODE, "delivery ground_code party_kind state unit"),
    ("RectificationNotice", LAW, "basis"),
    ("RectificationNotice", NUMBER, "reference"),
    ("SceneCode of project", CODE, "kind unit"),
    ("SceneCode of project", NUMBER, "code target platform_url"),
    ("SceneCode of project", ENTERPRISE, "title place_text latitude longitude"),
    ("SceneCode of sign", CODE, "kind unit"),
    ("SceneCode of sign", NUMBER, "code target platform_url"),
    ("Sign", CODE, "kind state unit"),
    ("Sign", NUMBER, "code"),
    ("Sign", MEASURE, "above_ground_m depth_m height_m width_m lighting material"),
    ("Sign", STREET, "place_area"),
    ("SignCheck", "answers to the profile's questions, by code", "answers"),
):
    KEPT |= {f"{table}.{column}": why for column in columns.split()}


def tied() -> Iterator[type[Model]]:
    """Every table of these features, and every other that points at their rows."""
    for model in Tortoise.apps["chengguan"].values():
        is_theirs = model.__module__.startswith(PARTS)
        if is_theirs or model is SceneCode or TIES & set(model._meta.fields_map):
            yield model


def telling(model: type[Model]) -> set[str]:
    """The columns that could hold words, something sealed, a position, or whose it is."""
    words = (fields.CharField, fields.TextField, fields.BinaryField, fields.JSONField, fields.FloatField)
    return {
        name
        for name, field in model._meta.fields_map.items()
        if isinstance(field, words) or name in PEOPLE or name.endswith("_cell")
    }


class Shelf:
    """Rows whose every telling column has something to find again, all of them from long ago."""

    def __init__(self, clock: FixedClock) -> None:
        self.long_ago = clock.now() - timedelta(days=366 * 30)
        self.rows: list[Model] = []
        self.coded: set[str] = set()
        self.names: dict[UUID, str] = {}
        self._numbers = count(10)

    def put(self, model: type[Model], of: str = "", **given: Any) -> UUID:
        """A row; `of` tells it from others of its table in the lists above."""
        name = model.__name__ + (f" of {of}" if of else "")
        words = {one for one in telling(model) & set(given) if isinstance(given[one], str)}
        self.coded |= {f"{name}.{one}" for one in words if not is_canary(given[one])}
        values = {one: self._value(one, field) for one, field in model._meta.fields_map.items()}
        row = model(**{"id": uuid4(), **{k: v for k, v in values.items() if v is not None}, **given})
        self.rows.append(row)
        self.names[row.pk] = name
        return row.pk  # type: ignore[no-any-return]

    def file(self) -> UUID:
        return self.put(StoredFile)

    def _value(self, name: str, field: Any) -> Any:
        match field:
            case _ if name in PEOPLE:
                return SOMEBODY
            case _ if name.endswith("_cell"):
                return CELL
            case fields.CharField() | fields.TextField():
                return f"{CANARY}{next(self._numbers)}"
            case fields.BinaryField():
                return CANARY.encode()
            case fields.FloatField():
                return SOMEWHERE
            case _ if field.null or field.pk:
                return None
            case fields.UUIDField():
                return uuid4()
            case fields.DatetimeField():
                return self.long_ago
            case fields.DateField():
                return self.long_ago.date()
            case fields.BooleanField():
                return False
            case _:
                return next(self._numbers)


def is_canary(value: Any) -> bool:
    if isinstance(value, bytes | memoryview):
        return CANARY.encode() in bytes(value)
    return value in (SOMEWHERE, CELL, SOMEBODY) or (isinstance(value, str) and CANARY in value)


def permit_rows(shelf: Shelf) -> None:
    over = {"ended_at": shelf.long_ago}
    application = shelf.put(permits.PermitApplication, state="delivered", **over)
    permit = shelf.put(permits.Permit, application_id=application, state="expired", **over)
    for about_kind, one in (("permit_application", application), ("permit", permit)):
        shelf.put(IssuedDocument, about_kind=about_kind, about_id=one)
        party = shelf.put(heard.PermitParty, application_id=one)
        shelf.put(IssuedDocument, about_kind=ABOUT_PARTY, about_id=party)
        shelf.put(heard.PermitStatement, application_id=one, party_id=party)
        shelf.put(heard.PermitHearing, application_id=one)
        survey = shelf.put(surveys.PermitSurvey, about_id=one)
        shelf.put(surveys.PermitSurveyPhoto, survey_id=survey, file_id=shelf.file())
    draft = shelf.put(permits.PermitDraft, application_id=application)
    shelf.put(permits.PermitMaterial, draft_id=draft, file_id=shelf.file())
    shelf.put(permits.PermitMaterial, application_id=application, file_id=shelf.file())
    for model in (permits.PermitPause, permits.PermitCorrection, permits.CoSignature, PermitFact):
        shelf.put(model, application_id=application)
    shelf.put(PermitKeyList)


def sign_rows(shelf: Shelf) -> None:
    code = f"{CANARY} sign"
    sign = shelf.put(signs.Sign, code=code, state="ended", ended_at=shelf.long_ago)
    shelf.put(SceneCode, "sign", code=code)
    check = shelf.put(signs.SignCheck, sign_id=sign)
    shelf.put(signs.SignPhoto, sign_id=sign, check_id=check, file_id=shelf.file())
    shelf.put(signs.SignHazard, sign_id=sign)


def project_rows(shelf: Shelf) -> None:
    code = f"{CANARY} project"
    project = shelf.put(projects.Project, code=code, state="closed", closed_at=shelf.long_ago)
    shelf.put(SceneCode, "project", code=code)
    shelf.put(projects.ProjectNotice, project_id=project)
    shelf.put(projects.OfficerCertificate)
    shelf.put(projects.EnterpriseVisit, project_id=project, state="ended", ended_at=shelf.long_ago)
    # What came to nothing has no end, and nobody wrote about it.
    for state in ("refused", "cancelled", "waiting"):
        shelf.put(projects.EnterpriseVisit, project_id=project, state=state, rating_words=None)


def penalty_rows(shelf: Shelf) -> None:
    over: dict[str, Any] = {"ended_at": shelf.long_ago, "party_index": f"{CANARY} party"}
    notice = shelf.put(penalties.RectificationNotice, state="put_right", **over)
    shelf.put(penalties.RectificationPhoto, notice_id=notice, file_id=shelf.file())
    case = shelf.put(penalties.PenaltyCase, state="closed", **over)
    shelf.put(penalties.PenaltyPayment, case_id=case)
    request = shelf.put(penalties.PartyRequest, case_id=case)
    shelf.put(penalties.PartyRequestFile, request_id=request, file_id=shelf.file())
    signed_on = shelf.file()
    shelf.put(penalties.DeliveryConsent, party_index=over["party_index"], signature_file_id=signed_on)
    shelf.put(penalties.PenaltyAccess, about_kind=ABOUT_NOTICE, about_id=notice)
    shelf.put(penalties.PenaltyAccess, about_kind=ABOUT_CASE, about_id=case)
    shelf.put(IssuedDocument, about_kind=papers.ABOUT, about_id=notice)
    shelf.put(IssuedDocument, about_kind=case_papers.ABOUT, about_id=case)


async def test_nothing_is_left_that_is_not_in_the_list_of_what_is_kept(
    database: Database, clock: FixedClock
) -> None:
    shelf = Shelf(clock)
    for fill in (permit_rows, sign_rows, project_rows, penalty_rows):
        fill(shelf)

    async def write(_: Change) -> None:
        for row in shelf.rows:
            await row.save(force_create=True)

    await database.change(write)
    removed: list[UUID] = []

    async def remove(file_id: UUID) -> None:
        removed.append(file_id)

    while await keep_no_longer(desk_on(database), RetentionSection(), remove, instead="（已去除）"):
        pass
    filled = {type(row).__name__ for row in shelf.rows}
    left = set(shelf.coded)
    for model in tied():
        if model.__name__ in ELSEWHERE:
            continue
        # A new table has rows put in above, or a word on who sweeps it.
        assert model.__name__ in filled, model.__name__
        for row in await model.all():
            found = {one for one in telling(model) if is_canary(getattr(row, one))}
            left |= {f"{shelf.names[row.pk]}.{one}" for one in found}
    assert sorted(left - set(KEPT)) == []
    assert sorted(set(KEPT) - left) == []
    files = {row.pk for row in shelf.rows if isinstance(row, StoredFile)}
    # Bytes of what hung on a draft are swept as strays.
    drafted = {row.file_id for row in shelf.rows if isinstance(row, permits.PermitMaterial) and row.draft_id}
    assert set(removed) == files - drafted
    assert not await StoredFile.exists()
