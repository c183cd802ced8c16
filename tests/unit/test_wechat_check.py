"""The judgements of `wechat check`, the pictures of codes, and where a notice leads."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from uuid import UUID
from xml.etree import ElementTree

import msgspec
import pytest
from PIL import Image

from app.environment import read_settings
from app.scene_code_images import png_code, svg_sheet
from app.shipped import CATALOGUE_FOLDER
from app.wechat_check import (
    Finding,
    exit_code,
    judge_callback_report,
    judge_desk,
    judge_duty,
    judge_kind,
    judge_mini_program,
    judge_mini_sign_in,
    judge_quota,
    judge_right,
    judge_settings,
    judge_templates,
    judge_token,
    judge_untried,
    told,
)
from bot.platform_reports import expiry_on
from bot.profile import MessageTemplate, MiniProgramPages, WechatSection
from bot.push_links import NOWHERE, Links
from casework.notifications.channel import DeliveryMessage
from kit.catalogue import Catalogue
from kit.references import make_reference
from kit.settings import Settings
from wechat.account import ApiQuota, CallbackReport, Lookup, Ping, SubscriptionTemplate
from wechat.account_kinds import AccountKind, Right
from wechat.errors import NO_ANSWER, WeChatError, from_code

WORDS = Catalogue.load(CATALOGUE_FOLDER)


def settings(**more: str) -> Settings:
    given = {"WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s", "WECHAT_TOKEN": "t"}
    return read_settings(given | {"PUBLIC_URL": "https://b.invalid", "WECHAT_AES_KEY": "a" * 43} | more)


def levels(findings: list[Finding]) -> dict[str, str]:
    for one in findings:
        assert told(one, WORDS).what
    return {one.name: one.level for one in findings}


@pytest.mark.parametrize(
    ("address", "name", "level"),
    [
        ("https://b.invalid", "public_url_https", "ok"),
        ("http://b.invalid", "public_url_https", "failure"),
        ("https://b.invalid:8443", "public_url_port", "failure"),
        ("http://127.0.0.1:8000", "public_url_local", "failure"),
    ],
)
def test_the_public_address_must_be_one_the_platform_can_reach(address: str, name: str, level: str) -> None:
    found = levels(judge_settings(settings(PUBLIC_URL=address)))
    assert found == {name: level, "aes_mode": "ok"}


def test_plain_mode_is_for_trials_on_one_machine_only() -> None:
    local = settings(PUBLIC_URL="http://127.0.0.1:8000", WECHAT_AES_KEY="")
    assert levels(judge_settings(local))["aes_mode"] == "warning"


def test_a_refused_address_is_shown_as_the_platform_sees_it() -> None:
    refused = from_code(40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6-7-8")
    found = judge_token(refused)
    assert (found.name, found.params["address"]) == ("allow_list", "203.0.113.7")
    assert "203.0.113.7" in told(found, WORDS).remedy


@pytest.mark.parametrize(("code", "name"), [(40125, "bad_secret"), (40013, "bad_app_id"), (50002, "token")])
def test_what_keeps_us_from_speaking_to_the_platform_is_named(code: int, name: str) -> None:
    assert judge_token(from_code(code, "x")).name == name
    assert exit_code([judge_token(from_code(code, "x"))]) == 1


def test_only_a_refused_right_is_a_lacking_right() -> None:
    assert judge_right(Right.MENU, None).level == "ok"
    assert judge_right(Right.MENU, from_code(46003, "menu no exist")).level == "ok"
    assert judge_right(Right.MENU, from_code(48001, "api unauthorized")).level == "failure"
    assert judge_right(Right.MENU, WeChatError(NO_ANSWER)).level == "not_checked"


def test_a_profile_that_wants_what_its_kind_has_not_is_wrong() -> None:
    template = MessageTemplate(id="t", kind="template", fields={"thing1": "title"})
    section = WechatSection(
        account_kind=AccountKind.CERTIFIED_SUBSCRIPTION, customer_service=True, templates=(template,)
    )
    found = levels(judge_kind(section))
    assert found["customer_service_wanted"] == found["templates_wanted"] == "failure"
    assert levels(judge_kind(WechatSection())) == {"kind": "ok"}


def test_the_platforms_machines_must_find_us() -> None:
    here = Lookup("203.0.113.7")
    assert judge_callback_report(CallbackReport()).level == "failure"
    assert judge_callback_report(CallbackReport((here,), (Ping("203.0.113.7"),))).level == "ok"
    lost = Ping("203.0.113.7", package_loss="100%")
    assert judge_callback_report(CallbackReport((here,), (lost,))).level == "failure"
    assert judge_callback_report(CallbackReport((here,), (lost, Ping("203.0.113.8")))).level == "warning"


@pytest.mark.parametrize(
    ("used", "limit", "level"),
    [(0, 0, "ok"), (799, 1000, "ok"), (800, 1000, "warning"), (1000, 1000, "failure")],
)
def test_a_quota_warns_at_four_fifths(used: int, limit: int, level: str) -> None:
    found = judge_quota("/cgi-bin/x", ApiQuota(limit, used, limit - used))
    assert found.level == level
    assert "/cgi-bin/x" in told(found, WORDS).what


def test_a_template_of_the_other_kind_is_named() -> None:
    wanted = MessageTemplate(id="t", kind="long_term", fields={"thing1": "title"})
    there = SubscriptionTemplate(id="t", title="进度", content="事项:{{thing1.DATA}}\n", kind=2)
    (found,) = judge_templates([wanted], None, [there])
    assert (found.name, found.params["kind"]) == ("template_kind", "one_time")
    assert told(found, WORDS).remedy
    (unknown,) = judge_templates([wanted], None, None)
    assert unknown.level == "not_checked"


def test_profile_and_settings_must_mean_the_same_mini_program() -> None:
    section = WechatSection(mini_program=MiniProgramPages(app_id="wx0000000001"))
    assert levels(judge_mini_program(settings(), section)) == {"mini_program_settings": "failure"}
    other = settings(MINIAPP_APP_ID="wx0000000002", MINIAPP_APP_SECRET="s")
    assert levels(judge_mini_program(other, section)) == {"mini_program_pairing": "failure"}
    assert judge_mini_program(settings(), WechatSection()) == []
    assert judge_mini_sign_in(from_code(40029, "invalid code")).level == "ok"


@pytest.mark.parametrize(
    ("code", "name", "level"),
    [
        (40125, "mini_program_secret", "failure"),
        (40013, "mini_program_app_id", "failure"),
        (48001, "mini_program_sign_in", "failure"),
        (-1, "mini_program_sign_in", "not_checked"),
    ],
)
def test_what_keeps_the_mini_program_out_is_named_as_the_mini_programs(
    code: int, name: str, level: str
) -> None:
    finding = judge_mini_sign_in(from_code(code, "refused"))
    assert (finding.name, finding.level) == (name, level)
    said = told(finding, WORDS)
    assert "公众号的 App" not in said.what + said.remedy


def test_a_refusal_is_said_once() -> None:
    said = told(judge_token(from_code(40164, "invalid ip 203.0.113.9")), WORDS)
    assert said.what.count("白名单") == 1
    assert said.code == 40164


def test_rights_that_cannot_be_tried_are_not_passed_over() -> None:
    section = WechatSection(account_kind=AccountKind.CERTIFIED_SERVICE)
    assert [one.subject for one in judge_untried(section)] == [Right.OAUTH, Right.MASS]
    assert {one.level for one in judge_untried(section)} == {"not_checked"}
    assert judge_untried(WechatSection(account_kind=AccountKind.UNCERTIFIED_SERVICE)) == []


def test_nobody_at_the_desk_is_worth_knowing() -> None:
    assert [judge_desk(count).level for count in (2, 0, None)] == ["ok", "warning", "not_checked"]
    assert exit_code([judge_desk(0)]) == 0


def test_every_sentence_of_the_check_belongs_to_a_level_or_a_remedy() -> None:
    parts = {"ok", "warning", "failure", "not_checked", "remedy", "degrades"}
    found = WORDS.under("wechat_check.found")
    assert found
    assert {key.rpartition(".")[2] for key in found} == parts
    failing = {key.partition(".")[0] for key in found if key.endswith(".failure")}
    # Where no remedy stands here, the platform's own refusal brings one.
    assert {name for name in failing if f"{name}.remedy" not in found} <= {"token", "mini_program_sign_in"}


@pytest.mark.parametrize("epoch_s", [None, 10**19, -(10**19)])
def test_a_nonsensical_end_of_certification_is_no_day(epoch_s: int | None) -> None:
    assert expiry_on(epoch_s) == ""
    assert expiry_on(1_795_276_800) == "2026-11-22"


@pytest.mark.parametrize(
    ("bound", "demo", "level"), [(0, False, "failure"), (0, True, "warning"), (1, False, "ok")]
)
def test_a_bureau_whose_calls_reach_no_phone_is_told_what_that_means(
    bound: int, demo: bool, level: str
) -> None:
    said = told(judge_duty(2, bound, demo=demo), WORDS)
    assert said.level == level
    assert bool(said.remedy) == (level != "ok")
    assert bool(said.degrades) == (level == "failure")


# ---- pictures


def test_a_sheet_is_one_drawing_with_its_title_whatever_the_title_holds() -> None:
    sheet = ElementTree.fromstring(
        svg_sheet("http://weixin.qq.com/q/abc", "文一路 <街巷长> & 张三" * 3, ("地点",))
    )
    texts = [one.text for one in sheet.iter() if one.tag.endswith("text")]
    assert texts == ["文一路 <街巷长> & 张三" * 3, "地点"]


def test_a_png_is_large_enough_to_print() -> None:
    picture = Image.open(BytesIO(png_code("http://weixin.qq.com/q/abc")))
    assert 800 <= picture.width == picture.height <= 1_300


# ---- where a tap leads


def notice(reference: str, recipient_kind: str = "account") -> DeliveryMessage:
    return msgspec.convert(
        {
            "id": UUID(int=1),
            "case_id": None,
            "recipient_kind": recipient_kind,
            "recipient_id": UUID(int=2),
            "rule": "complaint.refused:owner",
            "template": "notify.complaint.refused",
            "params": {"reference": reference},
            "attempt": 1,
            "expires_at": "2026-11-26T00:00:00Z",
        },
        DeliveryMessage,
    )


def test_a_tap_on_a_notice_leads_to_the_case_or_nowhere() -> None:
    reference = make_reference("QS", "TS", date(2026, 11, 23), 7)
    pages = MiniProgramPages(app_id="wx0000000001", case_page="pages/case/case")
    links = Links("https://b.invalid", pages, console_url="https://b.invalid")
    target = links.of(notice(reference))
    assert target.url == f"https://b.invalid/h5/cases/{reference}"
    assert target.mini_page is not None
    assert target.mini_page.path == f"pages/case/case?reference={reference}"
    assert links.of(notice(reference, "staff")).url == f"https://b.invalid/console/cases/{reference}"
    assert links.of(notice("../../etc")) == NOWHERE
    assert Links(None, None).of(notice(reference)) == NOWHERE


def test_a_tap_on_a_notice_about_a_permit_leads_to_the_mini_program_where_it_has_such_a_page() -> None:
    reference = make_reference("QS", "XK", date(2026, 11, 23), 7)
    pages = MiniProgramPages(
        app_id="wx0000000001", permit_page="pages/permit/permit", e_permit_page="pages/permit/card"
    )
    target = Links("https://b.invalid", pages).of(notice(reference))
    assert target.url == f"https://b.invalid/h5/me/permits/{reference}"
    assert target.mini_page is not None
    assert target.mini_page.path == f"pages/permit/permit?reference={reference}"
    ending = msgspec.structs.replace(
        notice(""), case_id=UUID(int=9), template="notify.permit.in_force_ending", params={}
    )
    held = Links(None, pages).of(ending)
    assert held.url is None
    assert held.mini_page is not None
    assert held.mini_page.path == f"pages/permit/card?id={UUID(int=9)}"
    only_cases = MiniProgramPages(app_id="wx0000000001", case_page="pages/case/case")
    assert Links("https://b.invalid", only_cases).of(notice(reference)).mini_page is None
    assert Links(None, only_cases).of(notice(reference)) == NOWHERE
