"""Sections of the bureau profile that no case feature owns: who the bureau is, when it works, its own words."""

import re
from typing import Annotated

import msgspec

from kit.references import letters_are_safe

COMPLAINT_LETTERS, INQUIRY_LETTERS = "TS", "LY"
PERMIT_LETTERS, FILING_LETTERS = "XK", "BA"
RECTIFICATION_LETTERS = "ZG"
PENALTY_LETTERS = "CF"

ReferenceCode = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2,4}$")]
PhoneText = Annotated[str, msgspec.Meta(pattern="^[0-9][0-9-]{2,14}$")]
TimeOfDay = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_KNOWN_PLACEHOLDERS = {
    "name", "short_name", "phone", "duty_phone", "hotline", "address", "hours",
    "window_name", "window_address", "window_phone",
}  # fmt: skip


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The counter in the public service hall: same cases, same rights as online."""

    name: ShortText
    address: ShortText
    phone: PhoneText


class BureauSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `bureau`: names, numbers and addresses citizens are told."""

    name: ShortText
    short_name: ShortText
    reference_code: ReferenceCode
    phone: PhoneText
    duty_phone: PhoneText
    hotline: PhoneText = "12345"
    address: ShortText
    hours: ShortText
    window: Window

    def __post_init__(self) -> None:
        for letters, what in (
            (COMPLAINT_LETTERS, "投诉"),
            (INQUIRY_LETTERS, "留言"),
            (PERMIT_LETTERS, "许可申请"),
            (FILING_LETTERS, "备案"),
            (RECTIFICATION_LETTERS, "责令改正"),
            (PENALTY_LETTERS, "处罚案件"),
        ):
            if not letters_are_safe(self.reference_code, letters):
                raise ValueError(
                    f"编号字母 {self.reference_code} 与{what}的 {letters} 连在一起时，相邻字母写反无法被校验码发现，"
                    "请换一组字母"
                )

    def placeholders(self) -> dict[str, str]:
        """What `{...}` in the section `texts` may name."""
        return {
            "name": self.name,
            "short_name": self.short_name,
            "phone": self.phone,
            "duty_phone": self.duty_phone,
            "hotline": self.hotline,
            "address": self.address,
            "hours": self.hours,
            "window_name": self.window.name,
            "window_address": self.window.address,
            "window_phone": self.window.phone,
        }


class Period(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"opens": "from", "closes": "to"},
):
    """One stretch of office time of a working day, local time `HH:MM`."""

    opens: TimeOfDay
    closes: TimeOfDay

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"办公时段 {self.opens}—{self.closes} 的结束不晚于开始")


class HoursSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `hours`: office hours of a working day, in order and without overlap."""

    zone: str = "Asia/Shanghai"
    periods: Annotated[tuple[Period, ...], msgspec.Meta(min_length=1, max_length=6)]

    def __post_init__(self) -> None:
        for earlier, later in zip(self.periods, self.periods[1:], strict=False):
            if later.opens < earlier.closes:
                raise ValueError(
                    f"办公时段重叠：{earlier.opens}—{earlier.closes} 与 {later.opens}—{later.closes}"
                )


class TextsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `texts`: the bureau's own sentences; placeholders come from `BureauSection.placeholders`."""

    greeting: ShortText
    outside_hours: ShortText
    privacy: ShortText
    window_note: ShortText

    def __post_init__(self) -> None:
        for field in self.__struct_fields__:
            for name in _PLACEHOLDER.findall(getattr(self, field)):
                if name not in _KNOWN_PLACEHOLDERS:
                    raise ValueError(f"texts.{field} 里的占位符 {{{name}}} 不认识")
