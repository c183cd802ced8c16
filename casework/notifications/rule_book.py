"""The rules in force: those shipped, with what the bureau profile's section `notifications` changes and adds.

An entry of `rules` whose `code` is a shipped rule's changes what it names and leaves the rest; any other entry is a
rule of its own and names at least event, audience and template. A template can be used only where a shipped rule of
the same event uses it: then its words are sure to be fillable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec

from casework.case_event import CaseEvent
from casework.notifications.bundles import BUNDLE_RULES
from casework.notifications.conditions import CONDITIONS
from casework.notifications.events import AlertUnanswered
from casework.notifications.rules import SHIPPED, SILENT
from casework.notifications.shape import (
    CITIZENS_TOPICS,
    STAFF_TOPICS,
    Audience,
    Bundle,
    Doubt,
    Lane,
    Rule,
    Topic,
    Way,
)
from kit.quiet_hours import QuietHours

Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
TimeOfDay = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
LANES: Final = {"urgent": Lane.URGENT, "normal": Lane.NORMAL, "bulk": Lane.BULK}
_ALWAYS_ON: Final = frozenset({Topic.DANGER})
_FIXED_FOR_DANGER: Final = ("event", "audience", "template", "topic", "when", "lane", "must", "page")
_STAFFS_WAYS: Final = frozenset(Way) - {Way.SMS}
"""No numbers of staff are kept."""
_OTHERS_CODES: Final = frozenset({*BUNDLE_RULES, "sample"})
"""What messages bear that no rule asked for."""
_SHIPPED: Final = {rule.code: rule for rule in SHIPPED}


class RuleError(ValueError):
    """Rules that cannot hold; the text has one Chinese sentence for each fault."""


class RuleSetting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the bureau changes of a rule, or a rule of its own. None: as shipped, or the default."""

    code: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,79}$")]
    event: str | None = None
    audience: Audience | None = None
    template: str | None = None
    topic: Topic | None = None
    when: str | None = None
    fresh_for_minutes: Minutes | None = None
    lane: Literal["urgent", "normal", "bulk"] | None = None
    ways: tuple[Way, ...] | None = None
    hold_at_night: bool | None = None
    bundle: Bundle | None = None
    on_doubt: Doubt | None = None
    must: bool | None = None
    page: bool | None = None
    escalate_after_minutes: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    escalate_to: Audience | None = None
    enabled: bool | None = None


class QuietSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"begins": "from", "ends": "to"}):  # fmt: skip
    """Local times of day."""

    begins: TimeOfDay = "22:00"
    ends: TimeOfDay = "07:00"

    def hours(self) -> QuietHours:
        return QuietHours(time.fromisoformat(self.begins), time.fromisoformat(self.ends))


class BundleSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When bundles go out, local times of day."""

    morning: TimeOfDay = "08:30"
    evening: TimeOfDay = "17:00"


class NotificationsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `notifications`. `sms`: "logged" writes down that a text message would have gone out."""

    quiet_hours: QuietSection = QuietSection()
    bundles: BundleSection = BundleSection()
    sms: Literal["off", "logged"] = "off"
    rules: tuple[RuleSetting, ...] = ()


class RuleBook:
    """Looked up by event and by code."""

    def __init__(self, rules: Iterable[Rule], quiet: QuietHours, bundle_times: Mapping[Bundle, time]) -> None:
        self.rules = tuple(rules)
        self.quiet = quiet
        self.bundle_times = dict(bundle_times)
        # Rows planned by releases before 0004 name event and audience instead of a code.
        self._by_code = {f"{rule.event.name}:{rule.audience.value}": rule for rule in reversed(self.rules)}
        self._by_code |= {rule.code: rule for rule in self.rules}

    @classmethod
    def of(
        cls,
        section: NotificationsSection,
        events: Iterable[type[CaseEvent]],
        shipped: Iterable[Rule] = SHIPPED,
    ) -> RuleBook:
        """The shipped rules with the section laid over them. Raises RuleError with every fault."""
        rules = {rule.code: rule for rule in shipped}
        known = {event.name: event for event in events}
        faults: list[str] = []
        seen: set[str] = set()
        for setting in section.rules:
            if setting.code in seen:
                faults.append(f"notifications.rules 里的 {setting.code} 写了两次。")
                continue
            seen.add(setting.code)
            faults += _laid_over(rules, setting, known)
        faults += [fault for rule in rules.values() if rule.code in seen for fault in _faults(rule, rules)]
        if faults:
            raise RuleError("\n".join(faults))
        bundles = section.bundles
        return cls(
            rules.values(),
            section.quiet_hours.hours(),
            {
                Bundle.MORNING: time.fromisoformat(bundles.morning),
                Bundle.EVENING: time.fromisoformat(bundles.evening),
            },
        )

    def rules_for(self, event: CaseEvent) -> Iterator[Rule]:
        """The rules in force that speak about this very event."""
        return (
            rule
            for rule in self.rules
            if rule.event is type(event) and rule.enabled and CONDITIONS[rule.when].holds(event)
        )

    def get(self, code: str) -> Rule | None:
        """The rule of this code, also one that is switched off. None: a rule of an earlier release or profile."""
        return self._by_code.get(code)


def _laid_over(
    rules: dict[str, Rule], setting: RuleSetting, known: Mapping[str, type[CaseEvent]]
) -> list[str]:
    """Put the setting into `rules`. Returns what keeps it from being put there."""
    given = {name: value for name, value in msgspec.structs.asdict(setting).items() if value is not None}
    code = given.pop("code")
    changes = _changes(given)
    event_name = changes.pop("event", None)
    if event_name is not None:
        if event_name not in known:
            return [f"通知规则 {code}：没有叫 {event_name} 的事件。"]
        changes["event"] = known[event_name]
    shipped = rules.get(code)
    if shipped is not None:
        rules[code] = _replaced(shipped, changes)
        return []
    missing = [name for name in ("event", "audience", "template") if name not in changes]
    if missing:
        return [f"通知规则 {code} 不是自带的规则，要写明 {'、'.join(missing)}。"]
    for_citizens = changes["audience"] is Audience.OWNER
    changes.setdefault("topic", Topic.PROGRESS if for_citizens else Topic.WORK)
    rules[code] = Rule(code=code, **changes)
    return []


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    minutes = {"fresh_for_minutes": "fresh_for", "escalate_after_minutes": "escalate_after"}
    changes: dict[str, Any] = {}
    if given.get("escalate_after_minutes") == 0:
        # Nobody is called when nobody answers, whatever was shipped.
        given = {name: value for name, value in given.items() if not name.startswith("escalate")}
        changes |= {"escalate_after": None, "escalate_to": None}
    for name, value in given.items():
        if name in minutes:
            changes[minutes[name]] = timedelta(minutes=value)
        else:
            changes[name] = LANES[value] if name == "lane" else value
    return changes


def _replaced(rule: Rule, changes: Mapping[str, Any]) -> Rule:
    # Not `dataclasses.replace`: mypy would not see that the names are fields.
    values = {name: getattr(rule, name) for name in rule.__dataclass_fields__}
    return Rule(**{**values, **changes})


def _faults(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[str]:
    condition = CONDITIONS.get(rule.when)
    if condition is None:
        yield f"通知规则 {rule.code}：没有叫 {rule.when} 的条件。"
    elif not issubclass(rule.event, condition.events):
        yield f"通知规则 {rule.code}：条件 {rule.when} 不能用在事件 {rule.event.name} 上。"
    if rule.event in SILENT:
        yield f"通知规则 {rule.code}：事件 {rule.event.name} 不发通知。"
    elif not any(one.template == rule.template and one.event is rule.event for one in SHIPPED):
        yield f"通知规则 {rule.code}：模板 {rule.template} 不是为事件 {rule.event.name} 写的。"
    for_citizens = rule.audience is Audience.OWNER
    # What is said to staff is not for citizens, whatever happened.
    if any(
        one.template == rule.template and (one.audience is Audience.OWNER) != for_citizens for one in SHIPPED
    ):
        yield f"通知规则 {rule.code}：模板 {rule.template} 不是写给 {rule.audience} 的。"
    if rule.code in _OTHERS_CODES:
        yield f"通知规则 {rule.code}：这个名字系统自己在用，请换一个。"
    if rule.topic not in (CITIZENS_TOPICS if for_citizens else STAFF_TOPICS):
        yield f"通知规则 {rule.code}：主题 {rule.topic} 不适用于 {rule.audience}。"
    if (rule.escalate_after is None) != (rule.escalate_to is None):
        yield f"通知规则 {rule.code}：escalate_after_minutes 和 escalate_to 要同时写。"
    if rule.escalate_to is not None and rule.escalate_to not in (Audience.HEADS, Audience.DISPATCHERS):
        yield f"通知规则 {rule.code}：无人应答时只能升级给 heads 或 dispatchers。"
    if rule.escalate_to is not None and for_citizens:
        yield f"通知规则 {rule.code}：发给市民的通知没有升级。"
    if rule.escalate_after is not None and rule.event is AlertUnanswered:
        yield f"通知规则 {rule.code}：升级后的呼叫不再升级，不然会没完没了。"
    if not rule.ways:
        yield f"通知规则 {rule.code}：ways 至少要有一种发送方式，不发请写 enabled: false。"
    if len(set(rule.ways)) != len(rule.ways):
        yield f"通知规则 {rule.code}：ways 里有重复的发送方式。"
    yield from _faults_of_danger(rule)
    if rule.must and not rule.enabled:
        yield f"通知规则 {rule.code}：必须告知的通知不能停用。"
    if rule.must and rule.bundle is not Bundle.NEVER and rule.topic not in _ALWAYS_ON:
        # A bundle goes the way of what one can do without.
        yield f"通知规则 {rule.code}：必须告知的通知不能汇总。"


def _faults_of_danger(rule: Rule) -> Iterator[str]:
    """Somebody may be in danger of life: of a shipped call only how it is sent and passed on may be changed."""
    shipped = _SHIPPED.get(rule.code)
    is_shipped = shipped is not None and shipped.topic in _ALWAYS_ON
    if rule.topic not in _ALWAYS_ON and not is_shipped:
        return
    if not rule.enabled or rule.bundle is not Bundle.NEVER or rule.hold_at_night:
        yield f"通知规则 {rule.code}：险情呼叫不能停用、不能汇总，也不能等到早上。"
    if rule.page and not _STAFFS_WAYS.intersection(rule.ways):
        yield f"通知规则 {rule.code}：险情呼叫要有一种能发到工作人员微信的方式，短信不行。"
    if shipped is None or not is_shipped:
        return
    changed = [name for name in _FIXED_FOR_DANGER if getattr(rule, name) != getattr(shipped, name)]
    if changed:
        yield f"通知规则 {rule.code}：险情呼叫的 {'、'.join(changed)} 不能改。"
    if rule.fresh_for < shipped.fresh_for:
        minutes = int(shipped.fresh_for.total_seconds() // 60)
        yield f"通知规则 {rule.code}：险情呼叫的有效时间不能短于 {minutes} 分钟。"
