"""What a rule would say by each of its ways, with the templates of this installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core import Core
from bot.profile import MessageTemplate, Source, WechatSection
from casework.notifications.rule_book import NotificationsSection
from casework.notifications.shape import Rule, Way
from kit.catalogue import Catalogue
from kit.clock import Clock
from web.console.previews import Previewed
from wechat.replies import shorten
from wechat.template_fields import FieldError, fit, shown_time


@dataclass(frozen=True)
class Previews:
    """`sms` says whether text messages are set up."""

    catalogue: Catalogue
    templates: Sequence[MessageTemplate]
    clock: Clock
    sms: bool = False

    def __call__(self, rule: Rule, params: Mapping[str, str]) -> tuple[Previewed, ...]:
        """In the rule's own order; a way without a template is said to be off."""
        return tuple(one for way in rule.ways for one in self._by(way, rule, params))

    def _by(self, way: Way, rule: Rule, params: Mapping[str, str]) -> Iterator[Previewed]:
        if way in (Way.CUSTOM, Way.SMS):
            text = self.catalogue.text(f"{rule.template}.text", **params)
            shown = shorten(text)
            note = "not_set_up" if way is Way.SMS and not self.sms else "cut" if shown != text else ""
            yield Previewed(way=way.value, name="", fields=(("", shown),), note=note)
            return
        registered = [one for one in self.templates if one.kind == way.value]
        if not registered:
            yield Previewed(way=way.value, name="", fields=(), note="not_set_up")
        for template in registered:
            yield self._by_template(way, template, rule, params)

    def _by_template(
        self, way: Way, template: MessageTemplate, rule: Rule, params: Mapping[str, str]
    ) -> Previewed:
        fields, note = [], ""
        for name, source in template.fields.items():
            value = self._value(source, rule, params)
            try:
                fitted = fit(name, value)
            except FieldError:
                fitted, note = value, "unfit"
            if fitted != value and not note:
                note = "cut"
            fields.append((name, fitted))
        return Previewed(way=way.value, name=template.id, fields=tuple(fields), note=note)

    def _value(self, source: Source, rule: Rule, params: Mapping[str, str]) -> str:
        if source == "reference":
            return params.get("reference", "")
        if source == "time":
            return shown_time(self.clock.now())
        return self.catalogue.text(f"{rule.template}.{source}", **params)


def previews(core: Core) -> Previews:
    """With the templates of the profile in force."""
    return Previews(
        core.catalogue,
        core.profile.section(WechatSection).templates,
        core.clock,
        sms=core.profile.section(NotificationsSection).sms != "off",
    )
