"""Rules as data: what a bureau may change, what is refused, and when nobody is woken."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.events import EVENTS
from casework.notifications.penalty_case_rules import PENALTY_CASE_RULES
from casework.notifications.penalty_rules import PENALTY_RULES
from casework.notifications.permit_rules import PERMIT_RULES
from casework.notifications.rule_book import NotificationsSection, RuleBook, RuleError, RuleSetting
from casework.notifications.rules import SHIPPED
from casework.notifications.shape import Audience, Bundle, Doubt, Lane, Topic, Way
from casework.notifications.times import next_hour, next_time
from kit.clock import local
from kit.quiet_hours import QuietHours

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0, tzinfo=None))


def book(*settings: RuleSetting) -> RuleBook:
    return RuleBook.of(NotificationsSection(rules=settings), EVENTS)


def refused(*settings: RuleSetting) -> str:
    with pytest.raises(RuleError) as caught:
        book(*settings)
    return str(caught.value)


def test_every_code_is_given_once_and_finds_its_rule() -> None:
    codes = [rule.code for rule in SHIPPED]
    assert len(set(codes)) == len(codes)
    assert all(len(code) <= 40 for code in codes)
    shipped = book()
    assert [shipped.get(code) for code in codes] == list(SHIPPED)
    assert shipped.get("no_such_rule") is None


def test_a_message_planned_by_an_earlier_release_finds_its_rule() -> None:
    told = book().get("complaint.answered:owner")
    assert told is not None
    assert (told.code, told.must) == ("complaint_answered_owner", True)


def test_what_must_be_told_is_what_a_citizen_can_only_mend_by_knowing_it() -> None:
    must = {rule.code for rule in SHIPPED if rule.must and rule.audience is Audience.OWNER}
    assert must == {
        "complaint_refused_owner",
        "complaint_answered_owner",
        "complaint_answered_again_owner",
        "complaint_asked_owner",
        "complaint_extended_owner",
        "inquiry_answered_owner",
        *(
            rule.code
            for rule in (*PERMIT_RULES, *PENALTY_RULES, *PENALTY_CASE_RULES)
            if rule.topic is Topic.RESULT
        ),
        "enterprise_visit_ended_owner",
        "sign_check_due_owner",
        "sign_check_missed_owner",
        "sign_hazard_owner",
        "sign_ended_owner",
        "danger_acknowledged_owner",
        "account_linked_owner",
        "staff_unbound_owner",
        "media_not_received_owner",
        "media_not_received_for_case_owner",
    }


def test_calls_about_danger_go_first_and_wait_for_no_morning() -> None:
    for rule in SHIPPED:
        if rule.topic is Topic.DANGER:
            assert rule.lane is Lane.URGENT
            assert not rule.hold_at_night
            assert rule.bundle is Bundle.NEVER
            assert rule.must


def test_a_setting_changes_what_it_names_and_leaves_the_rest() -> None:
    setting = RuleSetting(
        code="complaint_updated_owner",
        bundle=Bundle.EVENING,
        ways=(Way.SMS,),
        lane="bulk",
        fresh_for_minutes=90,
        on_doubt=Doubt.REPEAT,
    )
    changed, shipped = book(setting).get("complaint_updated_owner"), book().get("complaint_updated_owner")
    assert changed is not None
    assert shipped is not None
    assert (changed.bundle, changed.ways, changed.lane) == (Bundle.EVENING, (Way.SMS,), Lane.BULK)
    assert (changed.fresh_for, changed.on_doubt) == (timedelta(minutes=90), Doubt.REPEAT)
    assert (changed.event, changed.template, changed.topic) == (
        shipped.event,
        shipped.template,
        shipped.topic,
    )


def test_a_bureau_may_add_a_rule_of_its_own() -> None:
    added = RuleSetting(
        code="dispute_heads",
        event="complaint.disputed",
        audience=Audience.HEADS,
        template="notify.staff.complaint_disputed",
        page=True,
        escalate_after_minutes=30,
        escalate_to=Audience.DISPATCHERS,
    )
    rule = book(added).get("dispute_heads")
    assert rule is not None
    assert (rule.topic, rule.page, rule.escalate_after) == (Topic.WORK, True, timedelta(minutes=30))


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (RuleSetting(code="x"), "event、audience、template"),
        (RuleSetting(code="complaint_updated_owner", event="no.such"), "no.such"),
        (RuleSetting(code="complaint_updated_owner", when="no_such"), "no_such"),
        (RuleSetting(code="complaint_updated_owner", when="with_phone"), "with_phone"),
        (RuleSetting(code="complaint_updated_owner", template="notify.complaint.refused"), "notify.complaint.refused"),
        (RuleSetting(code="complaint_updated_owner", topic=Topic.DANGER), "danger"),
        (RuleSetting(code="complaint_updated_owner", ways=()), "enabled: false"),
        (RuleSetting(code="complaint_updated_owner", ways=(Way.SMS, Way.SMS)), "重复"),
        (RuleSetting(code="complaint_assigned_assignee", escalate_after_minutes=5), "escalate_to"),
        (
            RuleSetting(code="complaint_assigned_assignee", escalate_after_minutes=5, escalate_to=Audience.OWNER),
            "heads",
        ),
        (RuleSetting(code="danger_paged_duty", enabled=False), "险情呼叫不能停用"),
        (RuleSetting(code="danger_paged_duty", hold_at_night=True), "险情呼叫不能停用"),
        (RuleSetting(code="danger_paged_duty", topic=Topic.WORK, must=False, enabled=False), "险情呼叫不能停用"),
        (RuleSetting(code="danger_paged_duty", page=False), "page"),
        (RuleSetting(code="danger_paged_duty", lane="bulk"), "lane"),
        (RuleSetting(code="danger_paged_duty", when="heads_with_phone"), "when"),
        (RuleSetting(code="danger_paged_duty", audience=Audience.OWNER, topic=Topic.RESULT), "audience"),
        (RuleSetting(code="danger_paged_duty", ways=(Way.SMS,)), "短信"),
        (RuleSetting(code="danger_paged_duty", fresh_for_minutes=1), "60 分钟"),
        (RuleSetting(code="complaint_refused_owner", enabled=False), "必须告知"),
        (RuleSetting(code="complaint_answered_owner", bundle=Bundle.EVENING), "不能汇总"),
        (
            RuleSetting(
                code="x",
                event="complaint.submitted",
                audience=Audience.OWNER,
                template="notify.staff.complaint_submitted",
            ),
            "不是写给 owner",
        ),
        (
            RuleSetting(code="complaint_submitted_dispatchers", audience=Audience.OWNER, topic=Topic.PROGRESS),
            "不是写给 owner",
        ),
        (
            RuleSetting(code="alert_unanswered_heads", escalate_after_minutes=1, escalate_to=Audience.HEADS),
            "不再升级",
        ),
        (
            RuleSetting(
                code="bundle_owner",
                event="complaint.submitted",
                audience=Audience.OWNER,
                template="notify.complaint.submitted",
            ),
            "这个名字",
        ),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_hold_is_refused_by_name(setting: RuleSetting, says: str) -> None:
    sentence = refused(setting)
    assert says in sentence
    assert setting.code in sentence


def test_all_faults_are_named_at_once() -> None:
    sentence = refused(
        RuleSetting(code="x"),
        RuleSetting(code="complaint_updated_owner", when="nothing"),
        RuleSetting(code="complaint_updated_owner", page=True),
    )
    assert len(sentence.splitlines()) == 3


@given(MOMENTS, TIMES, TIMES)
def test_nothing_is_held_longer_than_the_quiet_hours_last(at: datetime, begins: time, ends: time) -> None:
    quiet = QuietHours(begins, ends)
    over = quiet.over(at)
    assert at <= over < at + timedelta(days=1)
    assert quiet.over(over) == over
    if over != at:
        assert local(over).time() == ends


@given(MOMENTS, TIMES)
def test_the_next_time_of_day_is_within_a_day(at: datetime, of_day: time) -> None:
    found = next_time(at, of_day)
    assert at < found <= at + timedelta(days=1)
    assert local(found).time() == of_day
    assert at < next_hour(at) <= at + timedelta(hours=1)
