"""The judgements of `chengguan wechat check`: facts in, findings out. Nothing is asked of anybody here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from bot.capabilities import sentence_key
from bot.profile import MessageTemplate, WechatSection
from kit.catalogue import Catalogue
from kit.settings import Settings, is_loopback
from wechat.account import ApiQuota, CallbackReport, PrivateTemplate, SubscriptionTemplate
from wechat.account_kinds import AccountKind, Right, rights
from wechat.errors import WeChatError

Level = Literal["ok", "warning", "failure", "not_checked"]
WARN_AT_PERCENT: Final = 80
_FIELD = re.compile(r"\{\s*\{\s*([A-Za-z_]+[0-9]*)\.DATA\s*\}\s*\}")
_ADDRESS = re.compile(
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){2,7}[0-9a-f:]{1,39}\b", re.IGNORECASE
)
_SAY_THEIR_CAUSE: Final = frozenset(
    {"allow_list", "bad_secret", "bad_app_id", "mini_program_secret", "mini_program_app_id"}
)
"""Findings whose own sentence is the platform's refusal in full."""
_KINDS_OF_SUBSCRIPTION: Final = {2: "one_time", 3: "long_term"}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. `subject` is what it is about; its sentences are `wechat_check.found.<name>.*`.

    `lacking` is the right whose sentence says what is done without, `cause` the platform's refusal behind it.
    """

    name: str
    level: Level
    subject: str = ""
    params: Mapping[str, Any] = {}
    lacking: Right | None = None
    cause: WeChatError | None = None


class Told(msgspec.Struct, frozen=True):
    """A finding in words: what was found, what to do, what happens meanwhile. For JSON and for the screen."""

    name: str
    level: Level
    subject: str
    what: str
    remedy: str = ""
    degrades: str = ""
    code: int | None = None


def ok(name: str, subject: str = "", **params: Any) -> Finding:
    return Finding(name=name, level="ok", subject=subject, params=params)


def warning(name: str, subject: str = "", lacking: Right | None = None, **params: Any) -> Finding:
    return Finding(name=name, level="warning", subject=subject, lacking=lacking, params=params)


def failure(
    name: str,
    subject: str = "",
    lacking: Right | None = None,
    cause: WeChatError | None = None,
    **params: Any,
) -> Finding:
    return Finding(name=name, level="failure", subject=subject, lacking=lacking, cause=cause, params=params)


def not_checked(name: str, subject: str = "") -> Finding:
    return Finding(name=name, level="not_checked", subject=subject)


def told(finding: Finding, words: Catalogue) -> Told:
    """The finding's sentences; the cause's own remedy where the finding has none."""
    params = {"subject": finding.subject, **finding.params}
    if finding.subject in set(Right):
        params["right"] = words.text(f"wechat_check.right.{finding.subject}")
    if finding.subject in set(AccountKind):
        params["kind"] = words.text(f"wechat_check.kind.{finding.subject}")
    cause = finding.cause
    what = words.text(f"wechat_check.found.{finding.name}.{finding.level}", **params)
    if cause is not None and finding.name not in _SAY_THEIR_CAUSE:
        what += words.text(cause.reason_key)
    remedy_key = f"wechat_check.found.{finding.name}.remedy"
    remedy = ""
    if finding.level in ("failure", "warning"):
        if words.has(remedy_key):
            remedy = words.text(remedy_key, **params)
        elif cause is not None:
            remedy = words.text(cause.remedy_key)
    degrades_key = f"wechat_check.found.{finding.name}.degrades"
    degrades = ""
    if finding.lacking is not None:
        degrades = words.text(sentence_key(finding.lacking))
    elif finding.level == "failure" and words.has(degrades_key):
        degrades = words.text(degrades_key, **params)
    code = cause.code if cause is not None else None
    return Told(finding.name, finding.level, finding.subject, what, remedy, degrades, code)


def exit_code(findings: Iterable[Finding]) -> int:
    """1 when anything fails; warnings and what could not be looked at do not."""
    return 1 if any(one.level == "failure" for one in findings) else 0


# ---- without asking anybody


def judge_settings(settings: Settings) -> list[Finding]:
    """The public address, and whether messages are protected on their way."""
    parts = urlsplit(settings.public_url)
    local = is_loopback(parts.hostname or "")
    found = []
    if local:
        make = ok if settings.demo else failure
        found.append(make("public_url_local", settings.public_url))
    elif parts.scheme != "https":
        found.append(failure("public_url_https", settings.public_url))
    elif parts.port not in (None, 443):
        found.append(failure("public_url_port", settings.public_url))
    else:
        found.append(ok("public_url_https", settings.public_url))
    if settings.wechat_aes_key is not None:
        found.append(ok("aes_mode"))
    else:
        found.append((warning if settings.demo or local else failure)("aes_mode"))
    return found


def judge_kind(section: WechatSection) -> list[Finding]:
    """Each right the account's kind does not have, with what we then do; a profile that wants one is wrong."""
    allowed = rights(section.account_kind)
    found = [warning("right_of_kind", right.value, right) for right in Right if right not in allowed]
    if section.customer_service and Right.CUSTOMER_SERVICE not in allowed:
        found.append(failure("customer_service_wanted"))
    wanted = {_right_of(one) for one in section.templates if one.app == "official"}
    found += [failure("templates_wanted", right.value, right) for right in sorted(wanted - allowed)]
    return [ok("kind", section.account_kind.value), *found]


def _right_of(template: MessageTemplate) -> Right:
    return Right.TEMPLATE_MESSAGE if template.kind == "template" else Right.SUBSCRIBE_MESSAGE


# ---- what the platform said


def judge_token(error: WeChatError | None) -> Finding:
    """Whether we may speak to the platform at all; a refused address is shown as the platform sees it."""
    if error is None:
        return ok("token")
    name = error.meaning.name
    if name == "address_not_allowed":
        seen = _ADDRESS.search(error.message)
        return failure("allow_list", cause=error, address=seen[0] if seen else "?")
    if name in ("bad_secret", "bad_app_id"):
        return failure(name, cause=error)
    return failure("token", cause=error)


def judge_right(right: Right, error: WeChatError | None) -> Finding:
    """What a harmless call says about a right: any other refusal proves that the door is open."""
    if error is None:
        return ok("right", right.value)
    if error.meaning.name in ("no_permission", "account_limited", "service_not_opened"):
        return failure("right", right.value, right, error)
    if error.retryable or error.uncertain:
        return not_checked("right", right.value)
    return ok("right", right.value)


def judge_untried(section: WechatSection) -> list[Finding]:
    """The rights that no harmless call can prove: nobody shall take silence for a yes."""
    allowed = rights(section.account_kind)
    return [not_checked("right_untried", one.value) for one in (Right.OAUTH, Right.MASS) if one in allowed]


def judge_callback_report(report: CallbackReport) -> Finding:
    """Whether the platform's own machines find our address."""
    lost = [one.ip for one in report.ping if one.package_loss.strip() == "100%"]
    if not report.dns:
        return failure("callback_dns")
    if lost and len(lost) == len(report.ping):
        return failure("callback_ping", addresses="、".join(lost))
    return warning("callback_ping", addresses="、".join(lost)) if lost else ok("callback_dns")


def judge_templates(
    wanted: Iterable[MessageTemplate],
    private: Iterable[PrivateTemplate] | None,
    subscribe: Iterable[SubscriptionTemplate] | None,
) -> list[Finding]:
    """Whether each template of the profile exists, is of its kind, and has the fields we fill. None: not known."""
    found = []
    by_kind: dict[str, dict[str, PrivateTemplate | SubscriptionTemplate] | None] = {
        "private": None if private is None else {one.id: one for one in private},
        "subscribe": None if subscribe is None else {one.id: one for one in subscribe},
    }
    for template in wanted:
        known = by_kind["private" if template.kind == "template" else "subscribe"]
        if known is None:
            found.append(not_checked("template", template.id))
        elif template.id not in known:
            found.append(failure("template", template.id))
        else:
            found.append(_judge_template(template, known[template.id]))
    return found


def _judge_template(template: MessageTemplate, known: PrivateTemplate | SubscriptionTemplate) -> Finding:
    has = set(_FIELD.findall(known.content))
    missing, empty = set(template.fields) - has, has - set(template.fields)
    if missing or empty:
        return failure(
            "template_fields",
            template.id,
            title=known.title,
            missing="、".join(sorted(missing)) or "-",
            empty="、".join(sorted(empty)) or "-",
        )
    if isinstance(known, SubscriptionTemplate):
        kind = _KINDS_OF_SUBSCRIPTION.get(known.kind, template.kind)
        if kind != template.kind:
            return failure("template_kind", template.id, title=known.title, kind=kind)
    return ok("template", template.id)


def judge_quota(path: str, quota: ApiQuota) -> Finding:
    """Today's calls of one endpoint against what the platform allows."""
    level: Level = "ok"
    if quota.daily_limit > 0 and quota.used >= quota.daily_limit:
        level = "failure"
    elif quota.daily_limit > 0 and quota.used * 100 >= quota.daily_limit * WARN_AT_PERCENT:
        level = "warning"
    params = {"used": quota.used, "limit": quota.daily_limit}
    return Finding(name="quota", level=level, subject=path, params=params)


def judge_mini_program(settings: Settings, section: WechatSection) -> list[Finding]:
    """Whether profile and settings mean the same mini-program."""
    wants = section.mini_program is not None or any(one.app == "miniprogram" for one in section.templates)
    if settings.miniapp_app_id is None:
        return [failure("mini_program_settings")] if wants else []
    if section.mini_program is not None and section.mini_program.app_id != settings.miniapp_app_id:
        return [failure("mini_program_pairing", section.mini_program.app_id)]
    pushes = ok if settings.miniapp_token is not None else warning
    return [ok("mini_program_pairing", settings.miniapp_app_id), pushes("mini_program_pushes")]


def judge_mini_sign_in(error: WeChatError | None) -> Finding:
    """A made-up login code must be refused as such: then appid and secret are right."""
    if error is None or error.meaning.name == "code_used":
        return ok("mini_program_sign_in")
    if error.retryable or error.uncertain:
        return not_checked("mini_program_sign_in")
    names = {"bad_secret": "mini_program_secret", "bad_app_id": "mini_program_app_id"}
    return failure(names.get(error.meaning.name, "mini_program_sign_in"), cause=error)


def judge_duty(called: int, bound: int, *, demo: bool) -> Finding:
    """Whether a call about danger can reach a phone: of those it goes to, who has bound a WeChat that follows."""
    if bound:
        return ok("duty_phone", called=called, bound=bound)
    return (warning if demo else failure)("duty_phone", called=called)


def judge_desk(online: int | None) -> Finding:
    """Whether anybody is there to whom a citizen could be handed. None: not known."""
    if online is None:
        return not_checked("customer_service")
    return ok("customer_service", count=online) if online else warning("customer_service")
