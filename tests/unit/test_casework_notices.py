"""Rules, words and parameters of notices: every event is heard, every sentence can be filled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework.case_event import CaseEvent
from casework.complaints import events
from casework.complaints.lifecycle import COMPLAINT, State
from casework.complaints.timeline import ALARM, EXCHANGE, FOR_CITIZENS, FOR_STAFF
from casework.dangers import events as dangers
from casework.deadlines.events import DeadlineReached
from casework.deadlines.marks import Mark
from casework.events import EVENTS
from casework.inquiries import events as inquiries
from casework.inquiries.actions import ANSWER_AT_MOST
from casework.notifications.events import (
    AccountLinked,
    AlertUnanswered,
    MediaNotReceived,
    PageReachedNobody,
    StaffGranted,
    StaffUnbound,
)
from casework.notifications.plan import excerpt, params_of
from casework.notifications.queries import reason_key
from casework.notifications.rule_book import NotificationsSection, RuleBook
from casework.notifications.rules import EARLIER, SHIPPED, SILENT
from casework.notifications.shape import Audience
from casework.penalties import case_events as penalty_cases
from casework.penalties import events as penalties
from casework.permits import events as permits
from casework.projects import events as projects
from casework.sign_filings import events as signs
from casework.work_orders import events as orders
from kit.catalogue import Catalogue
from tests.casework_setting import person

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
BOOK = RuleBook.of(NotificationsSection(), EVENTS)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Only casework's own files: other areas are others' business."""
    folder = tmp_path_factory.mktemp("catalogue")
    for name in (
        "complaint.yaml",
        "notifications.yaml",
        "inquiry.yaml",
        "danger.yaml",
        "deadlines.yaml",
        "work_orders.yaml",
        "permit_notices.yaml",
        "sign.yaml",
        "penalties.yaml",
        "project.yaml",
        "penalty_cases.yaml",
        "privacy.yaml",
        "scene_code.yaml",
    ):
        (folder / name).write_text((ROOT / "content/catalogue/zh_CN" / name).read_text())
    return Catalogue.load(folder)


DEADLINE: dict[str, Any] = {
    "at": AT,
    "case_kind": "complaint",
    "of_id": person(9),
    "reference": "QS-TS-261123-0001-X",
    "clock": "complaint.answer",
    "due_at": LATER,
    "what": "答复投诉",
    "left": "3 个工作日",
}


def one_of_each() -> list[CaseEvent]:
    common: dict[str, Any] = {
        "complaint_id": person(9),
        "reference": "QS-TS-261123-0001-X",
        "account_id": person(1),
        "at": AT,
        "category_name": "占道摆摊",
        "unit": "street",
        "assignee_id": person(12),
    }
    return [
        events.ComplaintSubmitted(**common, source="h5", accept_by_at=LATER),
        events.ComplaintAccepted(**common, answer_by_at=LATER),
        events.ComplaintRefused(**common, reason="道路违停由交警管。", responsible_body="公安交管部门"),
        events.ComplaintAssigned(**common, unit_name="街面中队", answer_by_at=LATER),
        events.ComplaintHandedBack(**common, ground="不在本片区", unit_name="街面中队"),
        events.ComplaintAnswered(**common, answer="已清理。", unit_name="街面中队", close_by_at=LATER),
        events.ComplaintAnswered(**common, answer="已再次清理。", may_dispute=False, close_by_at=LATER),
        events.ComplaintRated(**common, score=3, closed=True),
        events.ComplaintRated(**common, score=1, closed=False),
        events.ComplaintDisputed(**common, answer_by_at=LATER),
        events.ComplaintClosed(**common, by_clock=True),
        events.ComplaintClosed(**common, by_clock=False),
        events.ComplaintWithdrawn(**common),
        events.ComplaintUpdated(**common, update="明天到现场"),
        events.ComplaintHandedOver(**common, from_name="王强", answer_by_at=LATER),
        events.ComplaintAddedTo(**common, media=2),
        events.ComplaintReclassified(**common, answer_by_at=LATER),
        events.ComplaintReferred(
            **common, reason="归街面管", unit_name="街面中队", from_unit_name="夜间中队", answer_by_at=LATER
        ),
        events.ComplaintAsked(**common, question="在路口哪一边？", reply_by_at=LATER),
        events.ComplaintResumed(**common, replied=True, answer_by_at=LATER),
        events.ComplaintResumed(**common, replied=False, answer_by_at=LATER),
        events.ComplaintExtended(**common, reason="要等设备", answer_by_at=LATER),
        events.ComplaintSupervised(**common, instruction="今天到现场", answer_by_at=LATER),
        events.ComplaintReminded(**common, by_citizen=True, times=2, answer_by_at=LATER),
        events.ComplaintReminded(
            **common | {"unit": None, "assignee_id": None}, by_citizen=False, answer_by_at=LATER
        ),
        events.ComplaintHandled(**common, unit_name="街面中队", answer_by_at=LATER),
        events.ComplaintSentBack(**common, ground="还有一半", answer_by_at=LATER),
        events.ComplaintRedone(**common, answer_by_at=LATER),
        events.ComplaintMerged(**common, answer_by_at=LATER),
        events.ComplaintUnmerged(**common, answer_by_at=LATER),
        events.ComplaintSplit(**common, parts=2, references="QS-TS-261123-0002-1、QS-TS-261123-0003-9"),
        events.ComplaintSplitOff(**common, answer_by_at=LATER),
        events.ComplaintReckoned(**common, answer_by_at=LATER),
        events.ComplaintArchived(**common),
        *one_of_each_inquiry(),
        *one_of_each_danger(),
        *one_of_each_order(),
        *one_of_each_permit(),
        *one_of_each_sign(),
        *one_of_each_rectification(),
        *one_of_each_penalty_case(),
        *filled(
            projects.EVENTS,
            {
                "at": AT,
                "account_id": person(1),
                "visit_id": person(9),
                "project_id": person(8),
                "unit": "construction",
                "assignee_id": person(12),
                "enterprise": "清水建设有限公司",
                "project_name": "湖滨小区改造",
            },
        ),
        *(DeadlineReached(**DEADLINE, mark=mark, unit=unit) for mark in Mark for unit in (None, "street")),
        PageReachedNobody(alert_id=person(9), at=AT, number=1, what="液化气漏了", raised_at=AT),
        AlertUnanswered(
            at=AT,
            rule="complaint_assigned_assignee",
            to="heads",
            raised_at=AT,
            minutes=30,
            about_id=person(9),
        ),
        AlertUnanswered(
            at=AT,
            rule="x",
            to="dispatchers",
            raised_at=AT,
            minutes=30,
            reference="QS-TS-1",
            about_id=person(9),
        ),
        AccountLinked(account_id=person(1), at=AT),
        StaffUnbound(account_id=person(1), at=AT, staff_name="王值班"),
        StaffGranted(
            at=AT, staff_id=person(3), by_id=person(4), login="a.li", staff_name="李敏", by_name="何芳"
        ),
        MediaNotReceived(account_id=person(1), at=AT, medium="photo", count=2),
        MediaNotReceived(account_id=person(1), at=AT, medium="", reference="QS-TS-261123-0001-X"),
    ]


def one_of_each_inquiry() -> list[CaseEvent]:
    common: dict[str, Any] = {
        "inquiry_id": person(9),
        "reference": "QS-LY-261123-0001-X",
        "account_id": person(1),
        "at": AT,
    }
    return [
        inquiries.InquirySubmitted(**common, source="h5", answer_by_at=LATER),
        inquiries.InquiryContinued(**common, answer_by_at=LATER),
        inquiries.InquiryAnswered(**common, answer="离地两米五以上。", close_by_at=LATER),
        inquiries.InquiryClosed(**common, by="clock"),
        inquiries.InquiryClosed(**common, by="citizen"),
    ]


def one_of_each_order() -> list[CaseEvent]:
    common: dict[str, Any] = {
        "order_id": person(9),
        "reference": "QS-GD-261123-0001-X",
        "contractor_id": person(31),
        "at": AT,
        "category_name": "井盖缺损",
        "unit": "street",
        "assignee_id": person(12),
    }
    return [
        orders.WorkOrderIssued(**common, due_at=LATER),
        orders.WorkOrderAccepted(**common),
        orders.WorkOrderDeclined(**common),
        orders.WorkOrderDone(**common, due_at=LATER),
        orders.WorkOrderVerified(**common),
        orders.WorkOrderSentBack(**common, due_at=LATER),
        orders.WorkOrderCancelled(**common),
    ]


def one_of_each_permit() -> list[CaseEvent]:
    """All of one feature: what an event asks for beside the common is filled in by its type."""
    common: dict[str, Any] = {
        "at": AT,
        "account_id": person(1),
        "application_id": person(9),
        "reference": "QS-XK-261123-0001-X",
        "permit_id": person(9),
        "number": "清城管许准字〔2026〕第001号",
        "kind": "stall",
        "kind_name": "临时占道设摊",
        "unit": "permits",
    }
    moments = ("due_at", "promised_at", "meeting_at", "valid_until_at", "restore_by_at", "until_at")
    more = common | dict.fromkeys(moments, LATER) | {"reason": "证照不符", "basis": "第四十五条"}
    more |= {"items": "1. 面积：与图纸不符", "organ": "交警大队", "organ_unit": "police"}
    found = filled(permits.EVENTS, more)
    deemed = common | {"promised_at": LATER, "is_deemed": True}
    taken = {name: deemed[name] for name in deemed if name not in ("permit_id", "number")}
    return [*found, permits.ApplicationAccepted(**taken)]


def one_of_each_sign() -> list[CaseEvent]:
    common: dict[str, Any] = {
        "at": AT,
        "account_id": person(1),
        "sign_id": person(9),
        "code": "sg_0123456789abcdef01234567",
        "sign_name": "张记面馆",
        "kind": "shop_sign",
        "unit": "permits",
        "reference": "QS-TS-261123-0001-X",
        "due_on": "2026年12月1日",
        "reason": "已经拆除",
    }
    return filled(signs.EVENTS, common)


def one_of_each_rectification() -> list[CaseEvent]:
    common: dict[str, Any] = {
        "at": AT,
        "account_id": person(1),
        "notice_id": person(9),
        "reference": "QS-ZG-261123-0001-X",
        "ground_name": "店外经营",
        "due_at": LATER,
        "unit": "street",
        "outcome": "put_right",
    }
    return filled(penalties.EVENTS, common)


def one_of_each_penalty_case() -> list[CaseEvent]:
    common: dict[str, Any] = {
        "at": AT,
        "account_id": person(1),
        "penalty_id": person(9),
        "reference": "QS-CF-261123-0001-X",
        "unit": "street",
        "assignee_id": person(12),
        "due_at": LATER,
        "meeting_at": LATER,
        "what": "陈述申辩",
        "outcome": "采纳",
    }
    of_penalty = DEADLINE | {"case_kind": "penalty_case", "unit": "street", "assignee_id": person(12)}
    return [
        *filled(penalty_cases.EVENTS, common),
        *(
            DeadlineReached(**of_penalty | {"clock": clock}, mark=mark, account_id=person(1))
            for clock in ("penalty.decide", "penalty.pay", "penalty.demand")
            for mark in Mark
        ),
    ]


def filled(kinds: Sequence[type[CaseEvent]], values: Mapping[str, Any]) -> list[CaseEvent]:
    """One event of each kind, of whatever it asks for."""
    return [
        kind(**{one.name: values[one.name] for one in msgspec.structs.fields(kind) if one.name in values})
        for kind in kinds
    ]


def one_of_each_danger() -> list[CaseEvent]:
    common: dict[str, Any] = {"alert_id": person(9), "account_id": person(1), "at": AT}
    page = {"what": "湖滨路 3 号：液化气漏了", "raised_at": AT}
    return [
        dangers.DangerRaised(**common, source="wechat"),
        dangers.DangerPaged(**common, **page, number=1, heads=False, has_phone=False),
        dangers.DangerPaged(**common, **page, number=3, heads=True, has_phone=True),
        dangers.DangerPassedOn(**common, what="有人被困", assignee_id=person(12)),
        dangers.DangerAddedTo(**common),
        dangers.DangerAcknowledged(**common, by_name="王值班"),
        dangers.DangerOverdue(**common, what="液化气漏了", assignee_id=person(12)),
        dangers.DangerEnded(**common, by_name="王值班"),
    ]


def test_every_event_has_a_rule_or_is_declared_silent() -> None:
    heard = {rule.event for rule in SHIPPED} | set(SILENT)
    assert heard == set(EVENTS)
    assert {type(event) for event in one_of_each()} == set(EVENTS)


def test_event_names_are_unique_and_belong_to_their_feature() -> None:
    names = [event.name for event in EVENTS]
    assert len(set(names)) == len(names)
    for feature, beginning in ((events, "complaint."), (inquiries, "inquiry."), (dangers, "danger.")):
        assert all(event.name.startswith(beginning) for event in feature.EVENTS)


def test_every_event_leads_to_the_page_of_its_case() -> None:
    for event in one_of_each():
        of_no_case = isinstance(event, MediaNotReceived | AccountLinked | StaffUnbound | StaffGranted)
        assert event.case_id == (None if of_no_case else person(9))


@pytest.mark.parametrize("event", one_of_each(), ids=lambda event: event.name)
def test_every_notice_can_be_put_into_words(event: CaseEvent, catalogue: Catalogue) -> None:
    params = params_of(event)
    for rule in BOOK.rules_for(event):
        for part in ("title", "text", "phrase", "thing"):
            text = catalogue.text(f"{rule.template}.{part}", **params)
            assert "{" not in text
        text = catalogue.text(f"{rule.template}.text", **params)
        if isinstance(event, events.ComplaintEvent | inquiries.InquiryEvent | DeadlineReached):
            assert event.reference in text
        # The platform takes 2,048 bytes.
        assert len(text.encode()) <= 1_900


def test_short_fields_keep_the_platform_limits(catalogue: Catalogue) -> None:
    for rule in SHIPPED:
        assert len(catalogue.text(f"{rule.template}.title")) <= 20
        assert len(catalogue.text(f"{rule.template}.thing")) <= 20
        assert re.fullmatch(r"[\u4e00-\u9fff]{1,5}", catalogue.text(f"{rule.template}.phrase"))


def test_one_event_speaks_to_each_audience_once() -> None:
    for event in one_of_each():
        audiences = [rule.audience for rule in BOOK.rules_for(event)]
        assert len(set(audiences)) == len(audiences)


def test_a_refusal_tells_the_reason_and_the_responsible_body(catalogue: Catalogue) -> None:
    refused = next(event for event in one_of_each() if isinstance(event, events.ComplaintRefused))
    text = catalogue.text("notify.complaint.refused.text", **params_of(refused))
    assert "道路违停由交警管。" in text
    assert "公安交管部门" in text


def test_the_last_answer_does_not_offer_another_round(catalogue: Catalogue) -> None:
    assert "重新办理一次" in catalogue.text("notify.complaint.answered.text", **params_of(one_of_each()[5]))
    last = one_of_each()[6]
    (rule,) = (rule for rule in BOOK.rules_for(last) if rule.audience is Audience.OWNER)
    assert "重新办理一次" not in catalogue.text(f"{rule.template}.text", **params_of(last))


def test_who_files_in_chat_is_not_told_again_what_the_reply_said() -> None:
    filed = one_of_each()[0]
    assert isinstance(filed, events.ComplaintSubmitted)
    in_chat = events.ComplaintSubmitted(
        complaint_id=filed.complaint_id, reference=filed.reference, account_id=None, at=AT, source="wechat"
    )
    assert Audience.OWNER in {rule.audience for rule in BOOK.rules_for(filed)}
    assert Audience.OWNER not in {rule.audience for rule in BOOK.rules_for(in_chat)}


def test_dates_are_told_as_the_local_wall_shows_them() -> None:
    params = params_of(one_of_each()[1])
    assert params["answer_by"] == "2026-11-26 17:30"
    assert (params["answer_by_month"], params["answer_by_day"]) == ("11", "26")


def test_limits_of_notices_to_put_right_call_the_party_then_the_officer_then_the_heads() -> None:
    def called(mark: str, clock: str) -> set[str]:
        values = DEADLINE | {"case_kind": "rectification", "clock": f"rectification.{clock}"}
        event = DeadlineReached(**values, mark=mark, unit="street", account_id=person(1))
        return {rule.audience.value for rule in BOOK.rules_for(event)}

    marks = ("half", "most", "due", "overdue")
    assert [called(mark, "rectify") for mark in marks] == [set(), {"owner"}, {"assignee"}, set()]
    assert [called(mark, "recheck") for mark in marks] == [
        set(), {"assignee"}, {"assignee"}, {"assignee", "unit_heads"},
    ]  # fmt: skip


def test_long_text_is_shortened_with_an_ellipsis() -> None:
    assert excerpt("一" * 400) == "一" * 299 + "…"
    assert excerpt("短") == "短"


def test_every_state_move_and_history_line_has_words(catalogue: Catalogue) -> None:
    for state in State:
        assert catalogue.has(f"complaint.state.{state.value}")
    for move in COMPLAINT.moves:
        assert catalogue.has(f"complaint.move.{move.name}")
    special = {
        "rate": ["rate_3", "rate_2"],
        "rate_unsatisfied": ["rate_1"],
        "close": ["close", "close_by_clock"],
        "add_material": ["add_material", "add_media"],
        "reclassify": ["reclassify", "reclassify_place"],
        **{action: [action.replace(".", "_")] for action in EXCHANGE},
        ALARM: [f"deadline_{mark}" for mark in Mark],
    }
    for prefix, actions in (("timeline", FOR_CITIZENS), ("timeline_staff", FOR_STAFF | {"other"})):
        for action in actions:
            for sentence in special.get(action, [action]):
                assert catalogue.has(f"complaint.{prefix}.{sentence}")


def test_every_problem_casework_raises_has_words(catalogue: Catalogue) -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "casework").rglob("*.py"))
    keys = set(re.findall(r'"(problem\.(?:complaint|inquiry|danger_alert|scene_code)\.[a-z_.]+)"', sources))
    assert keys
    assert {key for key in keys if not catalogue.has(key)} == set()


def test_every_reason_the_dispatcher_writes_has_words(catalogue: Catalogue) -> None:
    for code in ("expired", "lease_lapsed", "channel_error", "too_many_attempts"):
        assert catalogue.has(reason_key(code))
    assert reason_key("wechat_error.no_consent.reason") == "wechat_error.no_consent.reason"
    assert reason_key(None) == ""


def test_a_page_says_what_where_when_and_whether_there_is_a_telephone(catalogue: Catalogue) -> None:
    without, with_phone = (one for one in one_of_each_danger() if isinstance(one, dangers.DangerPaged))
    for event, says in ((without, "没有留电话"), (with_phone, "留了电话")):
        (template,) = {rule.template for rule in BOOK.rules_for(event)}
        text = catalogue.text(f"{template}.text", **params_of(event))
        assert "湖滨路 3 号：液化气漏了" in text
        assert "09:30" in text
        assert says in text
    assert {rule.audience for rule in BOOK.rules_for(without)} == {Audience.DUTY_OFFICERS}
    assert {rule.audience for rule in BOOK.rules_for(with_phone)} == {Audience.DUTY_OFFICERS, Audience.HEADS}


def test_a_long_answer_is_told_whole_in_one_message(catalogue: Catalogue) -> None:
    event = inquiries.InquiryAnswered(
        inquiry_id=person(9),
        reference="QS-LY-261123-0001-X",
        account_id=person(1),
        at=AT,
        answer="字" * ANSWER_AT_MOST,
        close_by_at=LATER,
    )
    text = catalogue.text("notify.inquiry.answered.text", **params_of(event))
    assert "字" * ANSWER_AT_MOST in text
    assert len(text.encode()) <= 2_048


def test_the_later_it_is_the_more_people_hear_of_a_deadline() -> None:
    def called(mark: str, unit: str | None, **more: object) -> set[str]:
        event = DeadlineReached(**DEADLINE, mark=mark, unit=unit, **more)
        return {str(rule.audience) for rule in BOOK.rules_for(event)}

    assert called("half", "street") == called("most", "street") == {"assignee"}
    assert called("half", None) == called("most", None) == {"dispatchers"}
    assert called("due", "street") == {"assignee", "unit_heads"}
    assert called("due", None) == {"dispatchers", "unit_heads"}
    assert called("overdue", "street") == {"assignee", "heads", "dispatchers"}
    # Who hears that it is due need not hear that half of the time was over.
    assert called("most", "street", overtaken=True) == set()
    assert called("due", "street", overtaken=True) == {"assignee", "unit_heads"}


def test_limits_of_orders_are_told_to_their_contractor_and_whoever_issued_them_alone() -> None:
    of_order = DEADLINE | {"case_kind": "work_order", "unit": "street", "contractor_id": person(31)}

    def called(mark: str, clock: str) -> set[str]:
        event = DeadlineReached(**of_order | {"mark": mark, "clock": clock})
        return {str(rule.audience) for rule in BOOK.rules_for(event)}

    assert [called(mark, "work_order.do") for mark in ("half", "most", "due", "overdue")] == [
        set(), {"contractor"}, {"contractor"}, {"assignee"},
    ]  # fmt: skip
    assert [called(mark, "work_order.verify") for mark in ("half", "most", "due", "overdue")] == [
        set(), set(), {"assignee"}, set(),
    ]  # fmt: skip


def test_only_calls_and_notices_to_citizens_leave_the_house() -> None:
    calls = {rule.template for rule in SHIPPED if rule.page}
    assert calls == {
        "notify.staff.danger",
        "notify.staff.danger_no_phone",
        "notify.staff.danger_unreached",
        "notify.staff.danger_passed_on",
        "notify.staff.danger_acknowledged",
        "notify.staff.enterprise_visit_to_confirm",
        "notify.staff.rectification_due",
        "notify.staff.complaint_assigned",
        "notify.staff.complaint_handed_over",
        "notify.staff.complaint_referred",
        "notify.staff.complaint_replied",
        "notify.staff.complaint_supervised",
        "notify.staff.complaint_reminded",
        "notify.staff.complaint_sent_back",
        "notify.staff.alert_unanswered",
        "notify.staff.work_order_issued",
        "notify.staff.work_order_sent_back",
        "notify.staff.work_order_cancelled",
        "notify.staff.work_order_done",
        "notify.staff.work_order_declined",
        "notify.staff.permit_assigned",
        "notify.staff.permit_co_sign_asked",
        "notify.staff.permit_deemed",
        "notify.staff.permit_hearing_called",
        "notify.staff.permit_hearing_presider",
        "notify.staff.permit_renewed_by_silence",
        "notify.staff.permit_survey",
        "notify.staff.permit_survey_moved",
        "notify.staff.permit_not_restored",
        "notify.staff.deadline_most",
        "notify.staff.deadline_due",
        "notify.staff.deadline_overdue",
    }


@pytest.mark.parametrize("template", EARLIER)
def test_what_an_earlier_release_told_can_still_be_read_and_sent(catalogue: Catalogue, template: str) -> None:
    assert template not in {rule.template for rule in SHIPPED}
    for part in ("title", "phrase", "thing", "text"):
        assert catalogue.text(f"{template}.{part}", reference="QS-TS-261123-0001-X")
