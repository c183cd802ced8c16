"""Sweeps over everything there is: what is true of one state, event, text, table or route is true of all."""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sanic import Sanic
from tortoise.models import Model

from app.cli import build_parser
from app.environment import read_settings
from app.knowledge import KnowledgeState
from app.models import MODEL_MODULES
from app.web import build_app
from bot.dialogues import DIALOGUES
from casework.complaints.filing import KIND
from casework.inquiries import filing as inquiries
from casework.notifications.rules import SHIPPED, SILENT
from casework.penalties import case_issuing as penalty_issuing
from casework.penalties import issuing as rectifications
from casework.permits import submitting as permits
from content.bureau_profile import (
    COMPLAINT_LETTERS,
    FILING_LETTERS,
    INQUIRY_LETTERS,
    PENALTY_LETTERS,
    PERMIT_LETTERS,
    RECTIFICATION_LETTERS,
    BureauSection,
    TextsSection,
)
from content.interpretations.answering import Answerer
from kit.calendar import WorkingCalendar
from kit.events import Event
from kit.profile import Profile
from kit.workflow import Lifecycle
from tests import read_once
from tests.diagrams import lifecycles
from tests.spoken_keys import PACKAGES, Spoken, spoken

CATALOGUE = read_once.catalogue()
KEYS = frozenset(CATALOGUE.keys())
SPOKEN = tuple(spoken())
TOPS = {key.partition(".")[0] for key in KEYS}
FAMILIES: dict[str, list[str]] = defaultdict(list)
"""The keys below each beginning that ends before a dot."""
for _key in KEYS:
    for _dot in re.finditer(r"\.", _key):
        FAMILIES[_key[: _dot.start()]].append(_key)


def modules() -> Iterator[ModuleType]:
    """Every module of every package of ours."""
    for package in PACKAGES:
        found = importlib.import_module(package)
        yield found
        for one in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not one.name.endswith("__main__"):
                yield importlib.import_module(one.name)


MODULES = tuple(modules())


def classes(base: type) -> set[type]:
    """Our own classes below `base`."""
    return {
        value
        for module in MODULES
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, base) and value is not base and value.__module__ == module.__name__
    }


@pytest.fixture(scope="module")
def profile() -> Profile:
    return read_once.profile()


# ---- lifecycles


def test_there_are_lifecycles_to_look_at() -> None:
    assert {table.name for table in lifecycles()} >= {"complaint"}


@pytest.mark.parametrize("table", lifecycles(), ids=lambda table: table.name)
def test_every_state_is_reachable_and_every_final_state_a_dead_end(table: Lifecycle) -> None:
    for state in table.states:
        steps = table.walk_to(state)
        assert (steps[-1][1].leads_to(steps[-1][0]) if steps else table.initial) == state
        assert (state in table.final) == (table.moves_from(state) == ())


UNHURRIED = dict.fromkeys(
    (
        "campaign",
        "knowledge_draft",
        "permit",
        "project",
        "enterprise_visit",
        "sign",
        "inspection_plan",
        "draw",
    ),
    "nobody waits for it by law",
) | {
    "co_signature": "each organ has a limit of its own, in the kind",
    "permit_hearing": "its days hold for the whole of it: `permits.limits.hearing_hold`",
}


@pytest.mark.parametrize("table", lifecycles(), ids=lambda table: table.name)
def test_every_open_state_has_a_limit_on_a_basis_that_the_shipped_profile_holds(
    table: Lifecycle, profile: Profile
) -> None:
    if table.name in UNHURRIED:
        assert not table.limits
        return
    # Of a split case the parts have limits.
    assert set(table.limits) == set(table.states) - set(table.final) - {"split"}
    for limit in table.limits.values():
        assert profile.at(limit.basis) is not None, limit.basis


@pytest.mark.parametrize("table", lifecycles(), ids=lambda table: table.name)
def test_every_state_and_move_has_a_name_people_read(table: Lifecycle) -> None:
    wanted = {f"{table.name}.state.{state}" for state in table.states}
    wanted |= {f"{table.name}.move.{move.name}" for move in table.moves}
    assert wanted <= KEYS


# ---- events


def events() -> dict[str, type[Event]]:
    named = [kind for kind in classes(Event) if kind.name]
    assert len({kind.name for kind in named}) == len(named)
    return {kind.name: kind for kind in named}


def test_every_event_has_a_notification_rule_or_is_declared_silent() -> None:
    assert {rule.event for rule in SHIPPED} | set(SILENT) == set(events().values())
    assert not {rule.event for rule in SHIPPED} & set(SILENT)


def test_every_event_is_a_past_fact_of_a_version() -> None:
    for name, kind in events().items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name)
        assert kind.version >= 1


# ---- words

NO_TEXTS = {
    *MODEL_MODULES,
    *events(),
    # Log events and operations that carry a dot but are nothing to read out.
    "complaint.reveal_phone",
    "complaint.open_recording",
    "document.issue",
    "document.open",
    "document.void",
    "document.deliver",
    "document.save_template",
    "complaint.forget",
    "complaint.restrict",
    "inquiry.forget",
    "inquiry.delete",
    "inquiry.reveal_words",
    "complaint.revoke_receipts",
    "h5.js",
    "api.weixin.qq.com",
    "complaint.submit",
    "delivery.retry",
    "delivery.replay",
    "exchange.refer_out",
    "exchange.step",
    "exchange.retry",
    "exchange.replay",
    "exchange.secret_unusable",
    "complaint.import",
    "delivery.sample",
    "inquiry.submit",
    "danger_alert.raise",
    "danger_alert.page",
    "danger_alert.join",
    "danger_alert.remind",
    "danger_alert.pass_on",
    "danger_alert.add_words",
    "danger_alert.forget_words",
    "deadline.alarm",
    # The limits that are watched; their words are below `deadline.what`.
    "complaint.accept",
    "complaint.answer",
    "inquiry.answer",
    "work_order.do",
    "work_order.verify",
    "follow_up_visit.ask",
    "permit_application.forget",
    "project.open",
    "project.amend",
    "project.close",
    "project.bind",
    "project.put_notice",
    "project.take_down_notice",
    "project.html",
    "project.name",
    "enterprise_visit.plan",
    "enterprise_visit.allow",
    "enterprise_visit.check_in",
    "enterprise_visit.confirm",
    "enterprise_visit.lapse",
    "enterprise_visit.give_code",
    "enterprise_visit.refuse_rating",
    "enterprise_visit.forget_words",
    "project.forget_contact",
    "sign.anonymise",
    "rectification.anonymise",
    "rectification.own_refused",
    "enterprise_visit.cancel",
    "enterprise_visit.end",
    "enterprise_visit.rate",
    "rectification.consent",
    "rectification.link",
    "rectification.revoke_consent",
    "penalty_case.link",
    "rectification.rectify",
    "rectification.recheck",
    "penalty.deliver",
    "penalty.appoint",
    "penalty.record",
    "penalty.decide",
    "penalty.pay",
    "penalty.close",
    "penalty.answer",
    "permit.accept",
    "permit.survey",
    "permit.promise",
    "permit.decide",
    "permit.deliver",
    "permit.co_sign",
    "permit.hearing",
    "figures.export",
    "complaint.hand_back",
    "figures.html",
    "published_month.publish",
    "complaint.reveal_name",
    "complaint.reveal_story",
    "staff.find_by_phone",
    "complaint.extend",
    "complaint.withdraw",
    "complaint.refuse",
    "public.css",
    "taking.css",
    "map.css",
    "area.import",
    "area.relocate",
    "category_model.train",
    "category_model.activate",
    "category_model.retire",
    "scene_code.add",
    "scene_code.retire",
    "scene_code.note_platform_url",
    "http.request",
    "http.unhandled",
    "http.sentence_missing",
    "console.css",
    "h5.css",
    "inquiry.html",
    "campaign.draft",
    "campaign.batch_taken",
    "campaign.batch_failed",
    "campaign.batch_reported",
    "campaign.html",
    "knowledge.publish",
    "knowledge.roll_back",
    "knowledge.term_add",
    "knowledge.term_remove",
    "knowledge.set_aside",
    "knowledge_draft.propose",
}
UNSPOKEN = {
    "complaint.name": "names the page of lifecycles in the documents",
    "inquiry.name": "names the page of lifecycles in the documents",
    "danger_alert.name": "names the page of lifecycles in the documents",
    "campaign.name": "names the page of lifecycles in the documents",
    "knowledge_draft.name": "names the page of lifecycles in the documents",
    "follow_up_visit.name": "names the page of lifecycles in the documents",
    "penalty_case.name": "names the page of lifecycles in the documents",
    "rectification.name": "names the page of lifecycles in the documents",
    "work_order.name": "names the page of lifecycles in the documents",
    "sign.name": "names the page of lifecycles in the documents",
    "permit_application.name": "names the page of lifecycles in the documents",
    "permit_filing.name": "names the page of lifecycles in the documents",
    "permit_refund.name": "names the page of lifecycles in the documents",
    "permit.name": "names the page of lifecycles in the documents",
    "project.move.bind": "names a line in the documents",
    "project.name": "names the page of lifecycles in the documents",
    "co_signature.name": "names the page of lifecycles in the documents",
    "permit_hearing.name": "names the page of lifecycles in the documents",
    **{
        f"permit_hearing.move.{one}": "names an arrow of the lifecycles in the documents"
        for one in ("arrange", "object", "hold", "call_off")
    },
    **{
        f"sign.move.{one}": "names an arrow of the lifecycles in the documents"
        for one in ("check", "find_hazard", "clear", "correct", "remove", "replace", "end")
    },
    **{
        f"co_signature.move.{one}": "names an arrow of the lifecycles in the documents"
        for one in ("answer", "pass_over", "close")
    },
    **dict.fromkeys(
        (f"follow_up_visit.move.{move}" for move in ("record", "miss", "give_up", "cancel")),
        "names a line in the documents",
    ),
    **dict.fromkeys(
        (f"inquiry.move.{move}" for move in ("answer", "write_more", "withdraw", "close")),
        "names a line in the documents",
    ),
    "qa.danger": "named by the bureau profile",
}
"""Texts no line of code asks for by name."""

WAITING = re.compile(
    r"problem\.(invalid_json|invalid_reference|file\.not_ready)|complaint\.stage\..+"
    r"|(draw|inspection_plan)\.(name|state|move)(\..+)?"
)
"""Texts for doors that are still to come."""


def meant(word: Spoken) -> set[str]:
    if "*" not in word.name:
        return {word.name} & KEYS
    return {key for key in KEYS if word.pattern.fullmatch(key)}


def below(name: str) -> set[str]:
    return set(FAMILIES.get(name, ()))


def test_every_text_that_code_and_templates_ask_for_is_in_the_catalogue() -> None:
    templates = (word.name.endswith(".html") for word in SPOKEN)
    asked = [
        word
        for word, is_template in zip(SPOKEN, templates, strict=True)
        if word.top in TOPS and word.name not in NO_TEXTS and not is_template
    ]
    # A name may be that of a whole family (`notify.complaint.accepted`), or the beginning of several.
    lost = [
        f"{word.where} {word.name}"
        for word in asked
        if not meant(word)
        and not below(word.name.removesuffix(".*"))  # a dotted path may be put in
        and not word.name.endswith(("_", "."))
    ]
    assert len(asked) > 300
    assert lost == []


def test_every_refusal_has_a_sentence() -> None:
    refusals = {word.name for word in SPOKEN if word.top == "problem" and "*" not in word.name}
    assert len(refusals) > 30
    assert refusals <= KEYS


def test_every_placeholder_of_a_text_is_given_where_the_text_is_asked_for(profile: Profile) -> None:
    always = {*profile.section(BureauSection).placeholders(), "greeting", "privacy", "field", "public_url"}
    lacking = [
        f"{word.where} {word.name} needs {name}"
        for word in SPOKEN
        if word.given is not None and CATALOGUE.has(word.name)
        for name in sorted(CATALOGUE.placeholders(word.name) - word.given - always)
    ]
    assert lacking == []


def test_every_text_of_every_dialogue_is_in_the_catalogue() -> None:
    for dialogue in DIALOGUES.values():
        assert set(dialogue.texts()) <= KEYS


def test_no_text_is_left_over() -> None:
    used = set(UNSPOKEN)
    for name in {word.name for word in SPOKEN}:
        used |= {name} | below(name)
        if "*" in name:
            # Wider than `meant`: what is put into an f-string may have dots of its own.
            anything = re.compile(re.escape(name).replace(r"\*", ".+"))
            used |= {key for key in KEYS if anything.fullmatch(key)}
    for dialogue in DIALOGUES.values():
        used.update(dialogue.texts())
    assert [key for key in sorted(KEYS - used) if not WAITING.fullmatch(key)] == []


def test_the_sentences_of_the_shipped_profile_can_be_filled_in(profile: Profile) -> None:
    words = profile.section(BureauSection).placeholders()
    texts = profile.section(TextsSection)
    for name in texts.__struct_fields__:
        assert "{" not in getattr(texts, name).format(**words)


# ---- rows, letters, years


def test_the_listed_model_modules_are_exactly_those_that_define_rows() -> None:
    assert {kind.__module__ for kind in classes(Model)} == set(MODEL_MODULES)


def test_every_row_has_a_table_of_its_own() -> None:
    tables = [kind.Meta.table for kind in classes(Model)]  # type: ignore[attr-defined]
    assert len(set(tables)) == len(tables)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", table) for table in tables)


def test_the_letters_a_bureau_is_checked_against_are_those_of_its_cases() -> None:
    assert (COMPLAINT_LETTERS, INQUIRY_LETTERS) == (KIND, inquiries.KIND)
    assert (PERMIT_LETTERS, FILING_LETTERS) == (permits.KIND, permits.FILING_KIND)
    assert RECTIFICATION_LETTERS == rectifications.KIND
    assert PENALTY_LETTERS == penalty_issuing.KIND


def test_the_shipped_calendars_leave_no_year_out_and_a_year_that_is_not_there_yet_is_warned_of() -> None:
    # By whichever date: a suite does not turn red by itself. The worker and `chengguan calendar check` warn.
    shipped = WorkingCalendar(read_once.holidays())
    first, last = min(shipped.days.years), max(shipped.days.years)
    assert sorted(shipped.days.years) == list(range(first, last + 1))

    def missing(on: date) -> list[int]:
        return [warning.year for warning in shipped.check(on)]

    assert [year for year in range(first, last) if missing(date(year, 12, 31))] == []
    assert missing(date(last, 11, 30)) == []
    assert missing(date(last, 12, 1)) == [last + 1]
    assert missing(date(last + 1, 1, 1)) == [last + 1]
    assert missing(date(last + 1, 12, 1)) == [last + 1, last + 2]


# ---- doors

ANYONE, STAFF, PLATFORM = "anyone", "staff session", "platform signature"
CITIZEN, TOKEN = "citizen session", "bearer token"
CASE = "citizen session, or the receipt of the case"
NOTICE = "citizen session, or the code of the notice's paper"
PEER = "signature of another platform"
METRICS = "metrics token, or this machine"
GUARDS = {
    STAFF: ("web.console.visitor", "signed_in"),
    CITIZEN: ("web.h5.visitor", "signed_in"),
    CASE: ("web.h5.case_visitor", "sees_case"),
    NOTICE: ("web.h5.penalty_visitor", "sees_notice"),
    TOKEN: ("miniapp_api.speaking", "with_token"),
    PEER: ("miniapp_api.exchange.admitting", "signed_by_peer"),
}

ROUTES = {
    "GET /": ANYONE,
    "GET /healthz": ANYONE,
    "GET /readyz": ANYONE,
    "GET /metrics": METRICS,
    r"GET /<name:([A-Za-z0-9_]{1,64}\.txt)>": ANYONE,
    "GET /wechat": PLATFORM,
    "POST /wechat": PLATFORM,
    "GET /console": STAFF,
    "GET /console/login": ANYONE,
    "POST /console/login": ANYONE,
    "POST /console/logout": ANYONE,
    "GET /console/cases": STAFF,
    "GET /console/find": STAFF,
    "POST /console/find": STAFF,
    "GET /console/papers": STAFF,
    "GET /console/papers/issued": STAFF,
    "GET /console/documents/<document_id:str>/original": STAFF,
    "GET /console/documents/<document_id:str>/void": STAFF,
    "POST /console/documents/<document_id:str>/void": STAFF,
    "GET /console/papers/<name:str>": STAFF,
    "POST /console/papers/<name:str>": STAFF,
    "POST /console/papers/<name:str>/preview": STAFF,
    "POST /console/papers/<name:str>/restore": STAFF,
    "GET /console/documents/<document_id:str>": STAFF,
    "GET /console/projects": STAFF,
    "POST /console/projects": STAFF,
    "GET /console/projects/<project_id:str>": STAFF,
    "POST /console/projects/<project_id:str>/<act:str>": STAFF,
    "GET /console/enterprise-visits": STAFF,
    "GET /console/enterprise-visits/check-in": STAFF,
    "POST /console/enterprise-visits/check-in": STAFF,
    "GET /console/enterprise-visits/ratings": STAFF,
    "GET /console/enterprise-visits/<visit_id:str>": STAFF,
    "POST /console/enterprise-visits/<visit_id:str>/code": STAFF,
    "POST /console/enterprise-visits/<visit_id:str>/<act:str>": STAFF,
    "GET /console/certificates": STAFF,
    "POST /console/certificates": STAFF,
    "POST /console/certificates/<certificate_id:str>/revoke": STAFF,
    "GET /console/permits": STAFF,
    "GET /console/permits/new": STAFF,
    "POST /console/permits/new/<kind:str>": STAFF,
    "POST /console/permits/handover": STAFF,
    "GET /console/permits/calls": STAFF,
    "POST /console/permits/calls": STAFF,
    "POST /console/permits/<reference:str>/identity": STAFF,
    "GET /console/permits/files/<attached_id:str>": STAFF,
    "GET /console/permits/drafts/<draft_id:str>": STAFF,
    "POST /console/permits/drafts/<draft_id:str>": STAFF,
    "POST /console/permits/drafts/<draft_id:str>/files": STAFF,
    "POST /console/permits/drafts/<draft_id:str>/<act:str>": STAFF,
    "GET /console/permits/<reference:str>": STAFF,
    "GET /console/permits/<reference:str>/receipt": STAFF,
    "POST /console/permits/<reference:str>/reveal": STAFF,
    "POST /console/permits/<reference:str>/correct": STAFF,
    "POST /console/permits/<reference:str>/original/<attached_id:str>": STAFF,
    "POST /console/permits/<reference:str>/statements/<statement_id:str>/files": STAFF,
    "POST /console/permits/<reference:str>/<act:str>": STAFF,
    "POST /console/permits/<reference:str>/<act:str>/preview": STAFF,
    "GET /console/signs": STAFF,
    "GET /console/signs/new": STAFF,
    "POST /console/signs/new": STAFF,
    "GET /console/signs/photos/<photo_id:str>": STAFF,
    "GET /console/signs/<sign_id:str>": STAFF,
    "GET /console/signs/<sign_id:str>/label/<form:str>": STAFF,
    "POST /console/signs/<sign_id:str>/<act:str>": STAFF,
    "GET /console/held-permits": STAFF,
    "GET /console/held-permits/<permit_id:str>": STAFF,
    "POST /console/held-permits/<permit_id:str>/<act:str>": STAFF,
    "POST /console/held-permits/<permit_id:str>/<act:str>/preview": STAFF,
    "GET /console/surveys": STAFF,
    "GET /console/surveys/photos/<photo_id:str>": STAFF,
    "GET /console/surveys/<survey_id:str>": STAFF,
    "POST /console/surveys/<survey_id:str>/photos": STAFF,
    "POST /console/surveys/<survey_id:str>/<act:str>": STAFF,
    "GET /console/co-signing": STAFF,
    "GET /console/co-signing/<asked_id:str>": STAFF,
    "POST /console/co-signing/<asked_id:str>": STAFF,
    "GET /console/privacy": STAFF,
    "GET /console/privacy/requests/<reference:str>": STAFF,
    "POST /console/privacy/requests/<reference:str>/words": STAFF,
    "GET /console/privacy/correct/<reference:str>": STAFF,
    "POST /console/privacy/correct/<reference:str>": STAFF,
    "POST /console/privacy/cases/<reference:str>/forget": STAFF,
    "POST /console/privacy/cases/<reference:str>/restrict": STAFF,
    "POST /console/privacy/cases/<reference:str>/lift": STAFF,
    "POST /console/privacy/threads/<reference:str>/forget": STAFF,
    "GET /console/privacy/restricted": STAFF,
    "POST /console/privacy/restricted/<reference:str>": STAFF,
    "GET /console/privacy/retention": STAFF,
    "POST /console/cases/<reference:str>/story": STAFF,
    "POST /console/inquiries/<reference:str>/words": STAFF,
    "GET /console/several": STAFF,
    "GET /console/several/<move:str>": STAFF,
    "POST /console/several/<move:str>": STAFF,
    "GET /console/queues": STAFF,
    "POST /console/queues": STAFF,
    "GET /console/queues/<filter_id:str>/<act:str>": STAFF,
    "POST /console/queues/<filter_id:str>/<act:str>": STAFF,
    "GET /console/cases/new": STAFF,
    "POST /console/cases/new": STAFF,
    "GET /console/cases/new/hints": STAFF,
    "POST /console/cases/new/hints": STAFF,
    "GET /console/cases/<reference:str>": STAFF,
    "GET /console/cases/<reference:str>/<move:str>": STAFF,
    "POST /console/cases/<reference:str>/phone": STAFF,
    "POST /console/cases/<reference:str>/note": STAFF,
    "POST /console/cases/<reference:str>/update": STAFF,
    "POST /console/cases/<reference:str>/release": STAFF,
    "POST /console/cases/<reference:str>/withdraw_release": STAFF,
    "POST /console/cases/<reference:str>/<move:str>": STAFF,
    "GET /console/files/<file_id:str>": STAFF,
    "GET /console/deliveries": STAFF,
    "POST /console/deliveries/retry": STAFF,
    "GET /console/deliveries/<delivery_id:str>": STAFF,
    "POST /console/deliveries/<delivery_id:str>/retry": STAFF,
    "POST /console/deliveries/<delivery_id:str>/replay": STAFF,
    "GET /console/map": STAFF,
    "GET /console/map/cells": STAFF,
    "GET /console/map/spots": STAFF,
    "GET /console/map/areas/<version:str>/<kind:str>": STAFF,
    "GET /console/exchange": STAFF,
    "POST /console/exchange/retry": STAFF,
    "GET /console/exchange/refer/<reference:str>": STAFF,
    "POST /console/exchange/refer/<reference:str>": STAFF,
    "GET /console/exchange/<message_id:str>": STAFF,
    "POST /console/exchange/<message_id:str>/retry": STAFF,
    "POST /console/exchange/<message_id:str>/replay": STAFF,
    "GET /console/notices": STAFF,
    "GET /console/templates": STAFF,
    "GET /console/templates/<template_id:str>": STAFF,
    "POST /console/templates/<template_id:str>": STAFF,
    "POST /console/templates/<template_id:str>/remove": STAFF,
    "GET /console/routing": STAFF,
    "GET /console/routing/new": STAFF,
    "POST /console/routing/new": STAFF,
    "GET /console/routing/trial": STAFF,
    "GET /console/routing/rules/<code:str>": STAFF,
    "POST /console/routing/rules/<code:str>": STAFF,
    "POST /console/routing/rules/<code:str>/restore": STAFF,
    "GET /console/postings": STAFF,
    "POST /console/postings": STAFF,
    "POST /console/postings/import": STAFF,
    "GET /console/postings/<posting_id:str>": STAFF,
    "POST /console/postings/<posting_id:str>": STAFF,
    "POST /console/postings/<posting_id:str>/revoke": STAFF,
    "GET /console/rules": STAFF,
    "GET /console/rules/<code:str>": STAFF,
    "POST /console/rules/<code:str>": STAFF,
    "POST /console/rules/<code:str>/restore": STAFF,
    "POST /console/rules/<code:str>/sample": STAFF,
    "POST /console/notices/read": STAFF,
    "POST /console/notices/choices": STAFF,
    "POST /console/notices/<notice_id:str>/read": STAFF,
    "GET /wechat/miniprogram": PLATFORM,
    "POST /wechat/miniprogram": PLATFORM,
    "POST /console/cases/<reference:str>/recordings/<file_id:str>": STAFF,
    "GET /console/inquiries": STAFF,
    "GET /console/inquiries/<reference:str>": STAFF,
    "POST /console/inquiries/<reference:str>/answer": STAFF,
    "POST /console/inquiries/<reference:str>/close": STAFF,
    "GET /console/visits": STAFF,
    "POST /console/visits/<visit_id:str>/<act:str>": STAFF,
    "GET /console/orders": STAFF,
    "GET /console/orders/new/<reference:str>": STAFF,
    "POST /console/orders/new/<reference:str>": STAFF,
    "GET /console/orders/photos/<photo_id:str>": STAFF,
    "GET /console/orders/<reference:str>": STAFF,
    "POST /console/orders/<reference:str>/<act:str>": STAFF,
    "GET /console/dangers": STAFF,
    "POST /console/dangers/<alert_id:str>/take": STAFF,
    "POST /console/dangers/<alert_id:str>/end": STAFF,
    "GET /console/me": STAFF,
    "POST /console/me/wechat": STAFF,
    "POST /console/me/wechat/unbind": STAFF,
    "POST /console/login/code": ANYONE,
    "GET /console/me/password": STAFF,
    "POST /console/me/password": STAFF,
    "GET /console/me/second-factor": STAFF,
    "POST /console/me/second-factor": STAFF,
    "POST /console/me/second-factor/confirm": STAFF,
    "POST /console/me/second-factor/codes": STAFF,
    "POST /console/me/second-factor/end": STAFF,
    "POST /console/me/sessions/<session_id:str>/end": STAFF,
    "GET /console/people": STAFF,
    "POST /console/people": STAFF,
    "GET /console/people/<login:str>": STAFF,
    "GET /console/people/<login:str>/work": STAFF,
    "POST /console/people/<login:str>/work": STAFF,
    "POST /console/people/<login:str>/password": STAFF,
    "GET /console/people/<login:str>/<act:str>": STAFF,
    "POST /console/people/<login:str>/<act:str>": STAFF,
    "GET /console/deputies": STAFF,
    "POST /console/deputies": STAFF,
    "POST /console/deputies/<arrangement_id:str>/end": STAFF,
    "POST /console/deputies/<arrangement_id:str>/end-own": STAFF,
    "GET /console/audit": STAFF,
    "GET /console/figures": STAFF,
    "POST /console/figures/publish": STAFF,
    "POST /console/figures/export/<form:str>": STAFF,
    "GET /console/inspection": STAFF,
    "GET /public/figures": ANYONE,
    "GET /public/figures/<file:str>": ANYONE,
    "GET /public/verify": ANYONE,
    "GET /public/verify/keys.json": ANYONE,
    "GET /public/verify/jwks.json": ANYONE,
    "GET /public/verify/offline.html": ANYONE,
    "GET /public/verify/<token:str>": ANYONE,
    "GET /public/promise": ANYONE,
    "GET /public/promise/<file:str>": ANYONE,
    "GET /console/campaigns": STAFF,
    "POST /console/campaigns": STAFF,
    "GET /console/campaigns/new": STAFF,
    "GET /console/campaigns/<campaign_id:str>": STAFF,
    "POST /console/campaigns/<campaign_id:str>": STAFF,
    "GET /console/campaigns/<campaign_id:str>/edit": STAFF,
    "GET /console/campaigns/<campaign_id:str>/review": STAFF,
    "POST /console/campaigns/<campaign_id:str>/preview": STAFF,
    "POST /console/campaigns/<campaign_id:str>/<move:str>": STAFF,
    "GET /console/knowledge": STAFF,
    "GET /console/knowledge/new": STAFF,
    "POST /console/knowledge/new": STAFF,
    "GET /console/knowledge/entries/<slug:str>": STAFF,
    "GET /console/knowledge/entries/<slug:str>/edit": STAFF,
    "POST /console/knowledge/entries/<slug:str>/edit": STAFF,
    "POST /console/knowledge/entries/<slug:str>/withdraw": STAFF,
    "GET /console/knowledge/misses": STAFF,
    "POST /console/knowledge/misses": STAFF,
    "GET /console/knowledge/misses/<key:str>": STAFF,
    "GET /console/knowledge/drafts": STAFF,
    "POST /console/knowledge/drafts/approve-law": STAFF,
    "GET /console/knowledge/drafts/<draft_id:str>": STAFF,
    "GET /console/knowledge/drafts/<draft_id:str>/edit": STAFF,
    "POST /console/knowledge/drafts/<draft_id:str>/edit": STAFF,
    "POST /console/knowledge/drafts/<draft_id:str>/<move:str>": STAFF,
    "GET /console/knowledge/publish": STAFF,
    "POST /console/knowledge/publish": STAFF,
    "GET /console/knowledge/releases": STAFF,
    "GET /console/knowledge/releases/<number:str>": STAFF,
    "GET /console/knowledge/releases/<number:str>/reach": STAFF,
    "GET /console/knowledge/releases/<number:str>/back": STAFF,
    "POST /console/knowledge/releases/<number:str>/back": STAFF,
    "GET /console/knowledge/terms": STAFF,
    "POST /console/knowledge/terms": STAFF,
    "POST /console/knowledge/terms/<term_id:str>/remove": STAFF,
    "GET /console/settings": STAFF,
    "POST /console/settings/units": STAFF,
    "GET /console/settings/value/<path:str>": STAFF,
    "POST /console/settings/value/<path:str>": STAFF,
    "POST /console/settings/value/<path:str>/restore": STAFF,
    "POST /console/settings/value/<path:str>/remove": STAFF,
    "GET /console/settings/texts": STAFF,
    "GET /console/settings/texts/<key:str>": STAFF,
    "POST /console/settings/texts/<key:str>": STAFF,
    "POST /console/settings/texts/<key:str>/restore": STAFF,
    "GET /console/settings/models": STAFF,
    "GET /console/settings/models/<model_id:str>": STAFF,
    "POST /console/settings/models/<model_id:str>/use": STAFF,
    "POST /console/settings/models/<model_id:str>/retire": STAFF,
    "GET /console/settings/history": STAFF,
    "GET /console/codes": STAFF,
    "POST /console/codes": STAFF,
    "GET /console/codes/<code:str>": STAFF,
    "POST /console/codes/<code:str>/retire": STAFF,
    "GET /h5": ANYONE,
    "GET /h5/ask": ANYONE,
    "POST /h5/ask/vote": ANYONE,
    "GET /h5/search": ANYONE,
    "GET /h5/ask/message": ANYONE,
    "POST /h5/ask/message": ANYONE,
    "GET /h5/enter": ANYONE,
    "GET /h5/oauth": ANYONE,
    "POST /h5/leave": ANYONE,
    "GET /h5/print/<size:str>": ANYONE,
    "GET /h5/codes/<code:str>": ANYONE,
    "GET /h5/penalties": CITIZEN,
    "POST /h5/penalties/revoke": CITIZEN,
    "GET /h5/penalties/open": ANYONE,
    "POST /h5/penalties/open": ANYONE,
    "GET /h5/penalties/<reference:str>": NOTICE,
    "GET /h5/penalties/<reference:str>/papers/<document_id:str>": NOTICE,
    "GET /h5/penalties/<reference:str>/photos/<file_id:str>": NOTICE,
    "POST /h5/penalties/<reference:str>/<act:str>": NOTICE,
    "GET /h5/penalty-cases": CITIZEN,
    "GET /h5/penalty-cases/<reference:str>": NOTICE,
    "GET /h5/penalty-cases/<reference:str>/papers/<document_id:str>": NOTICE,
    "GET /h5/penalty-cases/<reference:str>/files/<file_id:str>": NOTICE,
    "POST /h5/penalty-cases/<reference:str>/<act:str>": NOTICE,
    "GET /console/penalty-cases": STAFF,
    "GET /console/penalty-cases/new": STAFF,
    "POST /console/penalty-cases/new": STAFF,
    "GET /console/penalty-cases/<reference:str>": STAFF,
    "GET /console/penalty-cases/<reference:str>/papers/<document_id:str>": STAFF,
    "GET /console/penalty-cases/<reference:str>/files/<file_id:str>": STAFF,
    "POST /console/penalty-cases/<reference:str>/<act:str>": STAFF,
    "GET /console/penalties": STAFF,
    "GET /console/penalties/new": STAFF,
    "POST /console/penalties/new": STAFF,
    "GET /console/penalties/<reference:str>": STAFF,
    "GET /console/penalties/<reference:str>/papers/<document_id:str>": STAFF,
    "GET /console/penalties/<reference:str>/photos/<file_id:str>": STAFF,
    "POST /console/penalties/<reference:str>/<act:str>": STAFF,
    "GET /public/first-violations": ANYONE,
    "GET /public/hearings": ANYONE,
    "GET /h5/visits": ANYONE,
    "GET /h5/visits/<secret:str>": ANYONE,
    "POST /h5/visits/<secret:str>": ANYONE,
    "GET /h5/projects/<project_id:str>/<secret:str>": CITIZEN,
    "POST /h5/projects/<project_id:str>/<secret:str>": CITIZEN,
    "GET /h5/permits": ANYONE,
    "GET /h5/permits/samples/<name:str>": ANYONE,
    "GET /h5/permits/areas/<version:str>/<kind:str>": ANYONE,
    "GET /h5/permits/check/<code:str>": ANYONE,
    "POST /h5/permits/begin": CITIZEN,
    "GET /h5/permits/drafts/<draft_id:str>": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>/files": ANYONE,
    "GET /h5/permits/drafts/<draft_id:str>/files/<attached_id:str>": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>/attach": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>/detach": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>/send": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>/discard": CITIZEN,
    "GET /h5/me/signs": CITIZEN,
    "GET /h5/me/signs/photos/<photo_id:str>": CITIZEN,
    "GET /h5/me/signs/<sign_id:str>": CITIZEN,
    "POST /h5/me/signs/<sign_id:str>": ANYONE,
    "GET /h5/me/permits": CITIZEN,
    "POST /h5/penalty-cases/claim": CITIZEN,
    "GET /h5/me/permits/claim": CITIZEN,
    "POST /h5/me/permits/claim": CITIZEN,
    "GET /h5/me/identity": CITIZEN,
    "POST /h5/me/identity": CITIZEN,
    "GET /h5/me/identity/back": CITIZEN,
    "POST /h5/me/identity/forget": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>/handover": CITIZEN,
    "POST /h5/permits/drafts/<draft_id:str>/take-back": CITIZEN,
    "GET /h5/me/permits/<reference:str>": CITIZEN,
    "POST /h5/me/permits/<reference:str>/<act:str>": CITIZEN,
    "GET /h5/me/permits/<reference:str>/files/<file_id:str>": CITIZEN,
    "GET /h5/me/e-permits/<permit_id:str>/files/<file_id:str>": CITIZEN,
    "GET /h5/me/e-permits/<permit_id:str>": CITIZEN,
    "GET /h5/me/e-permits/<permit_id:str>/show": CITIZEN,
    "GET /h5/me/e-permits/<permit_id:str>/card": CITIZEN,
    "POST /h5/me/e-permits/<permit_id:str>/<act:str>": CITIZEN,
    "GET /h5/papers/<document_id:str>": CITIZEN,
    "GET /h5/file": ANYONE,
    "POST /h5/file": ANYONE,
    "POST /h5/file/draft": ANYONE,
    "GET /h5/file/wechat": ANYONE,
    "GET /h5/filed/<reference:str>": CITIZEN,
    "POST /h5/uploads": ANYONE,
    "GET /h5/uploads/<upload_id:str>": ANYONE,
    "PATCH /h5/uploads/<upload_id:str>": ANYONE,
    "GET /h5/uploads/<upload_id:str>/small": ANYONE,
    "GET /h5/me": CITIZEN,
    "GET /h5/me/notices": CITIZEN,
    "POST /h5/me/notices": CITIZEN,
    "GET /h5/notices/stop/<token:str>": ANYONE,
    "POST /h5/notices/stop/<token:str>": ANYONE,
    "GET /h5/logins": CITIZEN,
    "POST /h5/logins/end": CITIZEN,
    "POST /h5/logins/<session_id:str>/end": CITIZEN,
    "GET /h5/receipt": ANYONE,
    "POST /h5/receipt": ANYONE,
    "POST /h5/receipt/leave": ANYONE,
    "GET /h5/cases": CITIZEN,
    "GET /h5/cases/<reference:str>": CASE,
    "GET /h5/cases/<reference:str>/<act:str>": CASE,
    "POST /h5/cases/<reference:str>/<act:str>": CASE,
    "GET /h5/files/<file_id:str>": CASE,
    "GET /h5/notices": CITIZEN,
    "GET /h5/data": CITIZEN,
    "GET /h5/data/correct": CITIZEN,
    "POST /h5/data/correct": CITIZEN,
    "GET /h5/data/delete": CITIZEN,
    "POST /h5/data/delete": CITIZEN,
    "GET /h5/export": CITIZEN,
    "POST /h5/consents/<purpose:str>": CITIZEN,
    "POST /h5/consents/<purpose:str>/revoke": CITIZEN,
    "POST /h5/guardian": CITIZEN,
    "POST /h5/accounts/<account_id:str>/part": CITIZEN,
    "POST /api/v1/session": ANYONE,
    "DELETE /api/v1/session": TOKEN,
    "GET /api/v1/me": TOKEN,
    "POST /api/v1/phone": TOKEN,
    "GET /api/v1/bureau": ANYONE,
    "GET /api/v1/categories": ANYONE,
    "POST /api/v1/questions": ANYONE,
    "GET /api/v1/questions/<slug:str>": ANYONE,
    "POST /api/v1/questions/<slug:str>/votes": ANYONE,
    "GET /api/v1/search": ANYONE,
    "POST /api/v1/complaints": TOKEN,
    "POST /api/v1/near-complaints": TOKEN,
    "GET /api/v1/complaints": TOKEN,
    "GET /api/v1/complaints/<reference:str>": TOKEN,
    "POST /api/v1/complaints/<reference:str>/rate": TOKEN,
    "POST /api/v1/complaints/<reference:str>/dispute": TOKEN,
    "POST /api/v1/complaints/<reference:str>/remind": TOKEN,
    "POST /api/v1/complaints/<reference:str>/withdraw": TOKEN,
    "POST /api/v1/complaints/<reference:str>/additions": TOKEN,
    "GET /api/v1/files/<file_id:str>": TOKEN,
    "POST /api/v1/inquiries": TOKEN,
    "GET /api/v1/inquiries": TOKEN,
    "GET /api/v1/inquiries/<reference:str>": TOKEN,
    "POST /api/v1/inquiries/<reference:str>/messages": TOKEN,
    "POST /api/v1/inquiries/<reference:str>/withdraw": TOKEN,
    "POST /api/v1/inquiries/<reference:str>/close": TOKEN,
    "GET /api/v1/consents": TOKEN,
    "PUT /api/v1/consents/<purpose:str>": TOKEN,
    "DELETE /api/v1/consents/<purpose:str>": TOKEN,
    "PUT /api/v1/guardian": TOKEN,
    "POST /api/v1/uploads": TOKEN,
    "OPTIONS /api/v1/uploads": ANYONE,
    "POST /api/v1/uploads/pieces": TOKEN,
    "GET /api/v1/uploads/<upload_id:str>": TOKEN,
    "HEAD /api/v1/uploads/<upload_id:str>": TOKEN,
    "PATCH /api/v1/uploads/<upload_id:str>": TOKEN,
    "DELETE /api/v1/uploads/<upload_id:str>": TOKEN,
    "GET /api/v1/notice-preferences": TOKEN,
    "PUT /api/v1/notice-preferences": TOKEN,
    "GET /api/v1/notice-prompts": TOKEN,
    "POST /api/v1/notice-consents": TOKEN,
    "GET /api/v1/links": TOKEN,
    "DELETE /api/v1/links/<account_id:str>": TOKEN,
    "DELETE /api/v1/me": TOKEN,
    "GET /api/v1/export": TOKEN,
    "GET /api/v1/permit-kinds": ANYONE,
    "GET /api/v1/permit-kinds/<code:str>": ANYONE,
    "POST /api/v1/permit-kinds/<code:str>/eligibility": ANYONE,
    "POST /api/v1/permit-kinds/<code:str>/check": TOKEN,
    "GET /api/v1/permit-drafts": TOKEN,
    "POST /api/v1/permit-drafts": TOKEN,
    "GET /api/v1/permit-drafts/<draft_id:str>": TOKEN,
    "PUT /api/v1/permit-drafts/<draft_id:str>": TOKEN,
    "DELETE /api/v1/permit-drafts/<draft_id:str>": TOKEN,
    "POST /api/v1/permit-drafts/<draft_id:str>/check": TOKEN,
    "POST /api/v1/permit-drafts/<draft_id:str>/materials": TOKEN,
    "DELETE /api/v1/permit-drafts/<draft_id:str>/materials/<attached_id:str>": TOKEN,
    "POST /api/v1/permits": TOKEN,
    "GET /api/v1/permits": TOKEN,
    "GET /api/v1/permits/<reference:str>": TOKEN,
    "POST /api/v1/permits/<reference:str>/correction-draft": TOKEN,
    "POST /api/v1/permits/<reference:str>/corrections": TOKEN,
    "POST /api/v1/permits/<reference:str>/withdraw": TOKEN,
    "POST /api/v1/permits/<reference:str>/rate": TOKEN,
    "GET /api/v1/permits/<reference:str>/e-permit": TOKEN,
    "POST /api/v1/permits/<reference:str>/statements": TOKEN,
    "POST /api/v1/permits/<reference:str>/e-permit/statements": TOKEN,
    "POST /api/v1/permit-drafts/<draft_id:str>/handover": TOKEN,
    "DELETE /api/v1/permit-drafts/<draft_id:str>/handover": TOKEN,
    "GET /api/v1/permit-claims": TOKEN,
    "POST /api/v1/permit-claims": TOKEN,
    "GET /api/v1/identity": TOKEN,
    "POST /api/v1/identity/start": TOKEN,
    "POST /api/v1/identity/finish": TOKEN,
    "DELETE /api/v1/identity": TOKEN,
    "GET /api/v1/identity/back": ANYONE,
    "GET /api/v1/permit-documents/<document_id:str>": TOKEN,
    "GET /api/v1/rectification-notices": TOKEN,
    "POST /api/v1/rectification-notices/claim": TOKEN,
    "GET /api/v1/rectification-notices/<reference:str>": TOKEN,
    "POST /api/v1/rectification-notices/<reference:str>/report": TOKEN,
    "GET /api/v1/rectification-notices/<reference:str>/papers/<document_id:str>": TOKEN,
    "GET /api/v1/delivery-consent": TOKEN,
    "POST /api/v1/delivery-consent": TOKEN,
    "POST /api/v1/delivery-consent/revoke": TOKEN,
    "GET /api/v1/penalty-cases": TOKEN,
    "POST /api/v1/penalty-cases/claim": TOKEN,
    "GET /api/v1/penalty-cases/<reference:str>": TOKEN,
    "POST /api/v1/penalty-cases/<reference:str>/requests": TOKEN,
    "POST /api/v1/penalty-cases/<reference:str>/requests/<request_id:str>/withdraw": TOKEN,
    "GET /api/v1/penalty-cases/<reference:str>/papers/<document_id:str>": TOKEN,
    "GET /api/v1/openapi.json": ANYONE,
    "GET /api/v1/docs": ANYONE,
    "GET /open311/v2/discovery.json": ANYONE,
    "GET /open311/v2/discovery.xml": ANYONE,
    "GET /open311/v2/services.json": ANYONE,
    "GET /open311/v2/services.xml": ANYONE,
    r"GET /open311/v2/services/<code:([a-z][a-z0-9_]{0,39}\.json)>": ANYONE,
    r"GET /open311/v2/services/<code:([a-z][a-z0-9_]{0,39}\.xml)>": ANYONE,
    "GET /open311/v2/requests.json": ANYONE,
    "GET /open311/v2/requests.xml": ANYONE,
    "POST /open311/v2/requests.json": ANYONE,
    "POST /open311/v2/requests.xml": ANYONE,
    r"GET /open311/v2/requests/<id:([A-Za-z0-9]{1,40}\.json)>": ANYONE,
    r"GET /open311/v2/requests/<id:([A-Za-z0-9]{1,40}\.xml)>": ANYONE,
    r"GET /open311/v2/tokens/<token:([A-Za-z0-9]{1,40}\.json)>": ANYONE,
    r"GET /open311/v2/tokens/<token:([A-Za-z0-9]{1,40}\.xml)>": ANYONE,
    "POST /exchange/v1/orders": PEER,
    "GET /exchange/v1/orders/<number:str>": PEER,
    "POST /exchange/v1/orders/<number:str>/supplements": PEER,
    "POST /exchange/v1/orders/<number:str>/reminders": PEER,
    "POST /exchange/v1/orders/<number:str>/steps": PEER,
    "GET /assets/<address:path>": ANYONE,
    "HEAD /assets/<address:path>": ANYONE,
}
"""Every route and who gets in. A route that is not here is a door nobody thought about."""


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The handlers of the real application by method and path."""
    environ = {
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "WECHAT_APP_ID": "wx0123456789abcdef",
        "WECHAT_APP_SECRET": "s",
        "WECHAT_TOKEN": "t",
    }
    knowledge = KnowledgeState(0, "2026-11-23", Answerer([]))
    app = build_app(read_settings(environ), "unix:///nowhere", knowledge)
    app.finalize()
    try:
        yield {
            f"{method} /{route.path}": route.handler
            for route in app.router.routes
            for method in sorted(route.methods)
        }
    finally:
        Sanic.unregister_app(app)


def test_every_route_is_listed_with_who_gets_in(routes: dict[str, Any]) -> None:
    assert set(routes) == set(ROUTES)


@pytest.mark.parametrize("guard", GUARDS)
def test_every_route_is_behind_the_guard_it_is_listed_with_and_no_other(
    routes: dict[str, Any], guard: str
) -> None:
    guarded = {name for name, handler in routes.items() if _is_behind(handler, *GUARDS[guard])}
    assert guarded == {name for name, auth in ROUTES.items() if auth == guard}


def _is_behind(handler: Any, module: str, guard: str) -> bool:
    def is_it(inner: Any) -> bool:
        # Wrapping copies names, so the code is asked where it was written.
        where = inner.__code__.co_filename.removesuffix(".py").replace("/", ".")
        return guard in inner.__code__.co_qualname and where.endswith(module)

    return is_it(inspect.unwrap(handler, stop=is_it))


# ---- commands


def commands(
    parser: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    branches = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not branches:
        yield name, parser
    for branch in branches:
        for word, child in branch.choices.items():
            yield from commands(child, f"{name} {word}".strip())


def test_every_command_explains_itself_and_does_something() -> None:
    known = dict(commands(build_parser()))
    assert {"serve", "worker", "migrate", "demo", "staff add", "audit verify"} <= set(known)
    for name, parser in known.items():
        assert callable(parser.get_default("run")), name
        assert "用法" in parser.format_help()


def test_every_module_says_what_it_is_for() -> None:
    silent = [module.__name__ for module in MODULES if not module.__doc__ and _has_code(module)]
    assert silent == []


def _has_code(module: ModuleType) -> bool:
    return bool(module.__file__ and Path(module.__file__).read_text(encoding="utf-8").strip())
