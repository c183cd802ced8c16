"""Who may do what, tried at every operation of the document: nobody, a stranger, the owner, and staff."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from casework.actors import system
from casework.complaints import actions
from casework.complaints.models import Complaint
from casework.documents.opening import documents_of
from casework.penalties.case_papers import ABOUT
from casework.penalties.case_requests import NewRequest, send_request
from casework.penalties.models import PartyRequest, PenaltyCase, RectificationNotice
from casework.penalties.papers import ABOUT as ABOUT_NOTICE
from casework.people.merging import Basis, link
from casework.people.models import Staff
from casework.permits import accepting, correcting, deciding, drafts, holder_heard
from casework.permits.correcting import Item
from casework.permits.decision_rules import Grant
from casework.permits.holder_heard import EndingNotice
from casework.permits.models import Permit
from kit.db import Change, Database
from kit.files.models import FileState, StoredFile
from kit.files.store import Variant
from miniapp_api.openapi import documented
from miniapp_api.operations import Operation, Who
from tests.casework_setting import DISPATCHER, HANDLER
from tests.contract.test_rectification_notices import OFFICER as NOTICE_OFFICER
from tests.contract.test_rectification_notices import issued, people
from tests.e2e.api_setting import CONSENTS, ApiSetting, Caller, Said, api_on
from tests.penalty_case_setting import OFFICER, told, with_people
from tests.permit_setting import APPROVER, CLERK, applied, row_of

OURS = tuple(one for one in documented() if one.path.startswith("/api/v1/"))
OPEN = {
    "sign_in",
    "bureau",
    "categories",
    "ask",
    "question",
    "vote",
    "search",
    "permit_kinds",
    "permit_kind",
    "permit_eligibility",
    "identity_back",
    "upload_protocol",
    "document",
    "docs",
}
"""What somebody without a token may call. Everything else answers 401."""

ENDING = {"sign_out", "forget_me"}

FORM = {"holder": "清河商贸有限公司", "phone": "13800001234"}
TUS = {"tus-resumable": "1.0.0"}
BODIES: dict[str, Any] = {
    "sign_in": {"code": "made-up"},
    "phone": {"code": "made-up", "consent_version": CONSENTS.phone.version},
    "ask": {"text": "遛狗要牵绳吗"},
    "vote": {"helped": True},
    "file_complaint": {"story": "路口有人摆摊"},
    "near_complaints": {
        "position": {
            "latitude": 30.25,
            "longitude": 120.15,
            "datum": "wgs84",
            "consent_version": CONSENTS.location.version,
        },
        "category": "vending",
    },
    "rate_complaint": {"score": 3},
    "dispute_complaint": {"reason": "又摆出来了"},
    "remind_complaint": {},
    "withdraw_complaint": {},
    "add_to_complaint": {"text": "还在"},
    "leave_inquiry": {"text": "外机怎么装？"},
    "write_more": {"text": "还有一个问题"},
    "withdraw_inquiry": {},
    "close_inquiry": {},
    "give_consent": {"version": CONSENTS.location.version},
    "choose_notices": {"progress": "digest"},
    "notice_consents": {"answers": {"mini-1": "accept"}},
    "permit_eligibility": {},
    "check_permit_form": {"values": FORM},
    "begin_permit_draft": {"kind": "deposit"},
    "save_permit_draft": {"answers": {}, "values": FORM, "revision": 2},
    "check_permit_draft": {},
    "apply_for_permit": {"kind": "stall", "values": FORM},
    "withdraw_permit": {"reason": "活动取消了"},
    "make_permit_statement": {"answer": "nothing"},
    "make_holder_statement": {"answer": "nothing"},
    "claim_permit": {"reference": "QS-XK-261123-0051-J", "secret": "K7P4-9QXM-2TRA-8HZC"},
    "claim_penalty_cases": {},
    "make_penalty_request": {"kind": "statement", "words": "当晚已清扫，请从轻"},
    "claim_rectification_notice": {"reference": "QS-ZG-261123-0001-J", "code": "K7P4-9QXM-2TRA"},
    "report_rectification": {"words": "已经收回店内"},
    "give_delivery_consent": {
        "reference": "QS-ZG-261123-0001-J",
        "code": "K7P4-9QXM-2TRA",
        "signed_name": "王梅",
    },
    "finish_identity": {"code": "abc", "state": "0" * 32},
    "rate_permit": {"score": 5},
    "name_guardian": {"version": CONSENTS.guardian.version, "name": "王梅", "phone": "13800001234"},
}
HEADERS: dict[str, dict[str, str]] = {
    "send_file": {"content-type": "image/png"},
    "announce_file": TUS | {"upload-length": "6"},
    "upload_offset": TUS,
    "go_on_sending": TUS | {"upload-offset": "0", "content-type": "application/offset+octet-stream"},
    "give_up_upload": TUS,
}
QUERIES = {"search": "?q=遛狗"}
NO_SUCH = {
    "reference": "QS-TS-261122-0051-J",
    "file_id": "0190a6c8-0000-7000-8000-000000000001",
    "upload_id": "0190a6c8-0000-7000-8000-000000000002",
    "account_id": "0190a6c8-0000-7000-8000-000000000003",
    "draft_id": "0190a6c8-0000-7000-8000-000000000004",
    "attached_id": "0190a6c8-0000-7000-8000-000000000005",
    "document_id": "0190a6c8-0000-7000-8000-000000000006",
    "request_id": "0190a6c8-0000-7000-8000-000000000007",
    "code": "castle",
}


def photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "green").save(file, "PNG")
    return file.getvalue()


@dataclass
class Property:
    """One person's things, by the names of path parameters."""

    complaint: str
    answered: str
    inquiry: str
    file_id: str
    upload_id: str
    account_id: str
    permits: dict[str, str]

    def parts(self, operation: Operation) -> dict[str, str]:
        reference = self.inquiry if operation.tag == "inquiries" else self.complaint
        if operation.name in ("rate_complaint", "dispute_complaint"):
            reference = self.answered
        return {
            "reference": self.permits.get(operation.name, reference),
            "file_id": self.file_id,
            "upload_id": self.upload_id,
            "account_id": self.account_id,
            "slug": "dog-on-leash",
            "purpose": "location",
            "code": "stall",
        } | self.permits


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who may do what does not depend on the engine."""
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ApiSetting]:
    async with api_on(database, tmp_path) as running:
        yield running


async def property_of(setting: ApiSetting, owner: Caller, *, of: str = "") -> Property:
    """One of everything; what takes longest to make only where it is asked for by its tag."""
    desk, db = setting.door.desk, setting.door.db
    references = [
        (await owner.post("/complaints", {"story": "路口摆摊"})).body["complaint"]["reference"]
        for _ in range(2)
    ]
    row = await Complaint.get(reference=references[1])
    await actions.accept(desk, DISPATCHER, row.id, category="vending")
    await actions.assign(desk, DISPATCHER, row.id)
    await actions.answer(desk, HANDLER, row.id, text="劝离了")
    inquiry = await owner.post("/inquiries", {"text": "外机怎么装？"})
    sent = await owner.ask("POST", "/uploads", photo(), content_type="image/png")
    file_id = UUID(sent.body["id"])

    async def decode(_: Change) -> None:
        await StoredFile.filter(id=file_id).update(state=FileState.READY.value)

    await db.change(decode)
    for variant in Variant:
        await setting.door.files.put_derived(file_id, variant, photo())
    begun = await owner.ask("POST", "/uploads/pieces", None, tus_resumable="1.0.0", upload_length="6")
    other = await setting.citizen()

    async def join(change: Change) -> None:
        await link(change, other.account_id, owner.account_id, Basis.PHONE, system())

    await db.change(join)
    return Property(
        complaint=references[0],
        answered=references[1],
        inquiry=inquiry.body["inquiry"]["reference"],
        file_id=sent.body["id"],
        upload_id=begun.body["id"],
        account_id=str(other.account_id),
        permits=await MORE[of](setting, owner) if of in MORE else {},
    )


async def permits_of(setting: ApiSetting, owner: Caller) -> dict[str, str]:
    """A draft with a file, and applications: just sent, to be put right, granted. References by operation."""
    desk = setting.door.permits.desk
    draft_id = await drafts.begin(desk, owner.actor, "deposit")
    sent = await owner.ask("POST", "/uploads?meant_for=permit", photo(), content_type="image/png")
    another = await owner.ask("POST", "/uploads?meant_for=permit", photo(), content_type="image/png")
    hung = await drafts.attach(desk, owner.actor, draft_id, "receipt", UUID(sent.body["id"]))
    assert hung.file is not None
    fresh, wrong, done, said = [await applied(desk, owner.actor, kind="board") for _ in range(4)]
    await correcting.request_correction(desk, CLERK, wrong, [Item(item="field:holder", wrong="与执照不一致")])
    correction = await correcting.begin_correction(desk, owner.actor, wrong)
    await accepting.accept(desk, CLERK, done)
    await accepting.accept(desk, CLERK, said)
    begins = desk.db.clock.now() + timedelta(days=1)
    await deciding.grant(desk, APPROVER, done, Grant(from_at=begins, until_at=begins + timedelta(days=1)))
    row = await row_of(done)
    permit, basis = await Permit.get(application_id=done), "行政许可法第六十九条"
    notice = EndingNotice(move="revoke", cause="fraud", ground="执照是伪造的", basis=basis)
    await holder_heard.tell_holder(desk, APPROVER, permit.id, notice)
    paper = (await documents_of("permit_application", row.id))[0]
    return {
        "draft_id": str(draft_id),
        "attached_id": str(hung.file.id),
        "document_id": str(paper.id),
        "correction": str(correction),
        "material": another.body["id"],
        **dict.fromkeys(("permit", "withdraw_permit"), (await row_of(fresh)).reference),
        **dict.fromkeys(("begin_permit_correction", "correct_permit"), (await row_of(wrong)).reference),
        **dict.fromkeys(("rate_permit", "e_permit", "make_holder_statement"), row.reference),
        "make_permit_statement": (await row_of(said)).reference,
    }


async def penalties_of(setting: ApiSetting, owner: Caller) -> dict[str, str]:
    """A case whose notice was delivered, with something said."""
    desk = setting.door.penalties
    if not await Staff.filter(id=OFFICER.id).exists():
        await with_people(desk)
    row = await told(desk)
    await desk.db.change(lambda _: PenaltyCase.filter(id=row.id).update(account_id=owner.account_id))
    await send_request(desk, owner.actor, row.id, NewRequest(kind="statement", words="当晚已清扫"))
    (request,), (paper, *_) = await PartyRequest.filter(case_id=row.id), await documents_of(ABOUT, row.id)
    names = ("penalty_case", "make_penalty_request", "withdraw_penalty_request", "penalty_paper")
    return {
        "request_id": str(request.id),
        "document_id": str(paper.id),
        **dict.fromkeys(names, row.reference),
    }


async def rectifications_of(setting: ApiSetting, owner: Caller) -> dict[str, str]:
    """A notice that is still to be put right."""
    desk = setting.door.penalties
    if not await Staff.filter(id=NOTICE_OFFICER.id).exists():
        await desk.db.change(people)
    reference = await issued(desk, ground=desk.section.grounds[0].code)
    notice = await RectificationNotice.get(reference=reference)
    await desk.db.change(
        lambda _: RectificationNotice.filter(id=notice.id).update(account_id=owner.account_id)
    )
    (paper, *_) = await documents_of(ABOUT_NOTICE, notice.id)
    names = ("rectification_notice", "report_rectification", "rectification_paper")
    return {"document_id": str(paper.id), **dict.fromkeys(names, reference)}


MORE = {"permits": permits_of, "penalties": penalties_of, "rectifications": rectifications_of}


async def tried(caller: Caller, operation: Operation, parts: dict[str, str], **headers: str) -> Said:
    path = operation.path.format(**{**NO_SUCH, **parts}) + QUERIES.get(operation.name, "")
    content: Any = BODIES.get(operation.name)
    if operation.name == "correct_permit":
        content = {"draft": parts.get("correction", NO_SUCH["draft_id"])}
    if operation.name == "attach_permit_material":
        content = {"material": "receipt", "file_id": parts.get("material", NO_SUCH["file_id"])}
    if operation.name in ("send_file", "go_on_sending"):
        content = photo() if operation.name == "send_file" else b"GIF87a"
    return await caller.ask(operation.method, path, content, **{**HEADERS.get(operation.name, {}), **headers})


async def test_without_a_token_only_what_is_listed_answers(setting: ApiSetting) -> None:
    mei, nobody = await setting.citizen(), await setting.anonymous()
    owned = await property_of(setting, mei, of="permits")
    assert {one.name for one in OURS if one.who is not Who.TOKEN} == OPEN
    # A member of staff's session is of another kind, whether it comes as a cookie or as a token.
    staff = await setting.door.sessions.create("staff", mei.account_id)
    for operation in OURS:
        parts = owned.parts(operation)
        for headers in (
            {},
            {"authorization": "Bearer " + "x" * 43},
            {"authorization": f"Bearer {staff.token}"},
            {"authorization": "Basic eDp5"},
            {"cookie": f"cg_staff={staff.token}; cg_citizen={mei.token}"},
        ):
            said = await tried(nobody, operation, parts, **headers)
            if operation.name in OPEN:
                refused = operation.who is Who.EITHER and "authorization" in headers
                assert (said.status == 401) == refused, (operation.name, headers, said)
            else:
                assert (said.status, said.headers["www-authenticate"]) == (401, "Bearer"), operation.name
    assert await Complaint.all().count() == 2


@pytest.mark.parametrize(
    "operation", [one for one in OURS if "{" in one.path and one.who is Who.TOKEN], ids=lambda one: one.name
)
async def test_other_peoples_things_look_like_things_that_do_not_exist(
    setting: ApiSetting, operation: Operation
) -> None:
    mei, gang = await setting.citizen(), await setting.citizen()
    owned = await property_of(setting, mei, of=operation.tag)
    if "{purpose}" in operation.path:
        return  # Everybody's own; there is nothing of anybody else's to name.
    if "{code}" in operation.path:
        return  # A kind is everybody's.
    stranger = await tried(gang, operation, owned.parts(operation))
    missing = await tried(gang, operation, NO_SUCH)
    assert stranger.status == missing.status == 404, (operation.name, stranger, missing)
    if operation.method != "HEAD":
        assert stranger.body | {"request_id": ""} == missing.body | {"request_id": ""}
    own = await tried(mei, operation, owned.parts(operation))
    assert own.status not in (401, 403, 404, 500), (operation.name, own)


async def test_the_owner_may_do_all_of_it(setting: ApiSetting) -> None:
    """What is refused here is refused for what it says, not for who says it."""
    for operation in OURS:
        mei = await setting.citizen()
        parts = {}
        if "{" in operation.path:
            owned = await property_of(setting, mei, of=operation.tag)
            parts = owned.parts(operation)
        said = await tried(mei, operation, parts)
        no_mini_program = operation.name in ("sign_in", "phone") and said.status == 404
        too_early = operation.name in ("close_inquiry", "remind_complaint") and said.status == 409
        # No receipt and no code of a paper is known here, and no login is connected.
        nothing_there = operation.name in (
            "claim_permit",
            "claim_rectification_notice",
            "give_delivery_consent",
            "start_identity",
            "finish_identity",
        )
        unknown = nothing_there and said.status == 404
        assert said.status < 400 or no_mini_program or too_early or unknown, (operation.name, said)
        assert ((await mei.get("/me")).status == 401) == (operation.name in ENDING)
