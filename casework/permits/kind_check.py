"""What the kinds of permits contradict in themselves and in each other, each with its place in the profile.

Shapes (unknown names, figures out of bounds) are looked at before, where the section is built. Sentences are for
whoever edits the profile. A path leads from the section: `("kinds", 2, "fields", 0, "only_if")`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from casework.complaints.profile import PromisedLimit
from casework.documents.numbers import fault as numbering_fault
from casework.documents.papers import Paper
from casework.permits.kind_check_form import Fault, Path, condition_faults, form_faults, question_faults
from casework.permits.kinds import Basis, PermitKind, PermitsSection

MINUTES_A_DAY = 480
"""For comparing limits in working minutes with limits in working days."""
ACCEPT_MOST, DECIDE_USUAL, DELIVER_MOST = 5, 20, 10
"""Working days, 行政许可法 32, 42 and 44."""
_BY_LAW = (("accept", ACCEPT_MOST, "三十二"), ("deliver", DELIVER_MOST, "四十四"))
_TOO_LONG = "limits.{name} 比法定的 {most} 个工作日长（行政许可法第{article}条）。"
_OF_A_PERMIT = (Paper.GRANT, Paper.DENIAL, Paper.REFUSAL)
_NUMBERING = {
    "braces": "花括号不成对，或者写法不对",
    "unknown": "只能用 {short}、{mark}、{year}、{seq}",
    "no_year": "缺少 {year}：编号每年从头起，没有年份就会重号",
    "no_seq": "缺少 {seq}：没有顺序号，每份文书的编号都一样",
}


@dataclass(frozen=True)
class Surroundings:
    """What the kinds are held against: codes of the profile's units; where they are known, the samples that are there, the
    templates there are, and what is wrong with a basis (a sentence, or None).
    """

    units: Collection[str]
    samples: Collection[str] | None = None
    templates: Collection[str] | None = None
    basis_fault: Callable[[Basis], str | None] | None = None


def section_faults(
    section: PermitsSection,
    around: Surroundings,
    *,
    numbers: Sequence[int] | None = None,
    others: Collection[str] = (),
) -> Iterator[Fault]:
    """Every contradiction, kind by kind and then between them.

    `numbers` are the places of the kinds in the profile, where some of those cannot be read; `others` are the codes of these.
    """
    places = tuple(range(len(section.kinds))) if numbers is None else tuple(numbers)
    for number, kind in zip(places, section.kinds, strict=True):
        here: Path = ("kinds", number)
        for path, sentence in kind_faults(section, kind, around, others):
            yield (*here, *path), f"“{kind.name}”：{sentence}"
    yield from _between(section, places)
    for name, most, article in _BY_LAW:
        if _longer(getattr(section.limits, name), PromisedLimit(working_days=most, basis="-")):
            yield ("limits", name), _TOO_LONG.format(name=name, most=most, article=article)


def kind_faults(
    section: PermitsSection, kind: PermitKind, around: Surroundings, others: Collection[str] = ()
) -> Iterator[Fault]:
    """Every contradiction of one kind; paths lead from the kind."""
    yield from question_faults(kind, {*others, *(one.code for one in section.kinds)})
    yield from form_faults(kind)
    yield from _materials(kind, around)
    yield from _organs(kind, around)
    yield from _flow(kind)
    yield from _limits(section, kind)
    yield from _papers(kind, around)
    if around.basis_fault is not None:
        for path, basis in _bases(kind):
            if (wrong := around.basis_fault(basis)) is not None:
                yield path, wrong


def _between(section: PermitsSection, places: Sequence[int]) -> Iterator[Fault]:
    for what, values in (
        ("code", [one.code for one in section.kinds]),
        ("name", [one.name for one in section.kinds]),
        ("item_code", [one.item_code for one in section.kinds]),
    ):
        first: dict[str, int] = {}
        for number, value in zip(places, values, strict=True):
            if value and value in first:
                yield (
                    ("kinds", number, what),
                    f"{what} “{value}”与第 {first[value] + 1} 个事项相同，各个事项要不一样。",
                )
            first.setdefault(value, number)


def _materials(kind: PermitKind, around: Surroundings) -> Iterator[Fault]:
    codes = Counter(one.code for one in kind.materials)
    for number, one in enumerate(kind.materials):
        here: Path = ("materials", number)
        if codes[one.code] > 1:
            yield (*here, "code"), f"材料代码 {one.code} 写了不止一次。"
        yield from condition_faults(kind, one.only_if, (*here, "only_if"), f"材料 {one.code}")
        if one.sample and around.samples is not None and one.sample not in around.samples:
            yield (*here, "sample"), f"材料 {one.code} 的样本 {one.sample} 在 samples 文件夹里没有。"
        if not one.accepts:
            yield (*here, "accepts"), f"材料 {one.code} 什么格式都不收，请写 photo 或 pdf。"


def _organs(kind: PermitKind, around: Surroundings) -> Iterator[Fault]:
    if kind.unit not in around.units:
        yield ("unit",), f"承办单位 {kind.unit} 不在 units 里。"
    codes = Counter(one.code for one in kind.co_signers)
    for number, one in enumerate(kind.co_signers):
        here: Path = ("co_signers", number)
        if codes[one.code] > 1:
            yield (*here, "code"), f"会签单位代码 {one.code} 写了不止一次。"
        if one.unit is not None and one.unit not in around.units:
            yield (*here, "unit"), f"会签单位 {one.code} 的 unit “{one.unit}”不在 units 里。"
        yield from condition_faults(kind, one.when, (*here, "when"), f"会签单位 {one.code}")


def _flow(kind: PermitKind) -> Iterator[Fault]:
    """What a flow cannot have: a filing is registered or returned for correction, never looked into or denied."""
    if kind.flow == "filing":
        yield from _filing(kind)
    if kind.flow == "refund" and kind.product != "none":
        yield ("product",), "退还类事项不产生证件，product 应是 none。"
    if "new" not in kind.acts:
        yield ("acts",), "acts 里要有 new：没有新办，就没有可以变更、延续的。"
    if kind.flow == "filing" and set(kind.acts) - {"new"}:
        yield (
            ("acts",),
            "flow 是 filing 的事项不产生许可，acts 只能有 new：登记的内容在招牌的页面上更正、更换或者拆除。",
        )
    if kind.product == "none" and set(kind.acts) - {"new"}:
        yield ("acts",), "product 是 none 的事项不产生证件，只能有 new，不能变更、延续或注销。"
    if kind.product != "none" and kind.term is None:
        yield (), "要产生证件或者牌码，请写 term（最长几天）。"
    if kind.term is not None:
        if "renew" in kind.acts and not kind.term.can_renew:
            yield ("acts",), "term 写了不能延续（can_renew: false），acts 里却有 renew。"
        if "renew" in kind.acts and kind.term.renew_days_before >= kind.term.days_most:
            yield (
                ("term", "renew_days_before"),
                f"到期前 {kind.term.renew_days_before} 天以前申请延续的，到期没有决定就视为准予，可最长只有 {kind.term.days_most} 天，"
                "没有人来得及，请写少一些（不写就是 30）。",
            )
        elif "renew" in kind.acts and kind.term.remind_days_before < kind.term.renew_days_before:
            yield (
                ("term", "remind_days_before"),
                f"到期前 {kind.term.remind_days_before} 天才提醒，延续要在到期前 {kind.term.renew_days_before} 天以前申请，"
                "提醒时已经晚了，请早些提醒。",
            )
        if kind.term.remind_days_before >= kind.term.days_most:
            yield (
                ("term", "remind_days_before"),
                f"到期前 {kind.term.remind_days_before} 天提醒，可最长只有 {kind.term.days_most} 天，请提前得少一些。",
            )
        if kind.product == "none":
            yield ("term",), "product 是 none，没有有效期可言，请去掉 term。"
    for what in sorted({one for one in kind.acts if list(kind.acts).count(one) > 1}):
        yield ("acts",), f"acts 里的 {what} 写了不止一次。"


def _filing(kind: PermitKind) -> Iterator[Fault]:
    if kind.product == "permit":
        yield ("product",), "备案不产生许可证（优化营商环境条例第三十九条），product 应是 sign 或 none。"
    if kind.has_survey:
        yield ("has_survey",), "备案只登记或退回补正，不踏勘，请写 has_survey: false。"
    if kind.co_signers:
        yield ("co_signers",), "备案不经会签，请去掉 co_signers。"
    for name in ("survey", "promise", "decide", "deliver"):
        if getattr(kind.limits, name) is not None:
            yield ("limits", name), f"备案没有这一步，请去掉 limits.{name}。"
    for name in ("marks", "templates"):
        for paper in _OF_A_PERMIT:
            if paper in getattr(kind.papers, name):
                yield ("papers", name, paper.value), "备案没有准予、不予或不予受理，不出这种文书，请去掉。"
    if kind.fee.fen:
        yield ("fee", "fen"), "备案不收费，fen 应是 0。"


def _limits(section: PermitsSection, kind: PermitKind) -> Iterator[Fault]:
    own, usual = kind.limits, section.limits
    decide = own.decide or usual.decide
    if own.survey is not None and not kind.has_survey and kind.flow != "filing":
        yield ("limits", "survey"), "写了踏勘时限，却不踏勘（has_survey: false），请去掉一个。"
    for name, most, article in _BY_LAW:
        given = getattr(own, name)
        if (
            given is not None
            and kind.flow != "filing"
            and _longer(given, PromisedLimit(working_days=most, basis="-"))
        ):
            yield ("limits", name), _TOO_LONG.format(name=name, most=most, article=article)
    if kind.flow == "filing":
        return
    usually = PromisedLimit(working_days=DECIDE_USUAL, basis="-")
    if own.decide is not None and "四十二" in own.decide.basis and _longer(own.decide, usually):
        yield (
            ("limits", "decide"),
            f"行政许可法第四十二条是 {DECIDE_USUAL} 个工作日；更长的要另有法律、法规规定，请写那一条作依据。",
        )
    for name, words in (("promise", "承诺时限"), ("survey", "踏勘时限")):
        given = getattr(own, name)
        if given is not None:
            yield from _within(given, decide, ("limits", name), words, "法定时限 decide")
    if own.survey is not None and own.promise is not None:
        yield from _within(own.survey, own.promise, ("limits", "survey"), "踏勘时限", "承诺时限 promise")
    for number, one in enumerate(kind.co_signers):
        yield from _within(
            one.limit,
            decide,
            ("co_signers", number, "limit"),
            f"会签单位 {one.code} 的时限",
            "法定时限 decide",
        )


def _within(given: PromisedLimit, most: PromisedLimit, path: Path, words: str, bound: str) -> Iterator[Fault]:
    longer = _longer(given, most)
    if longer is None:
        yield path, f"{words}与{bound}一个按自然日、一个按工作时间，无法比较，请用同一种。"
    elif longer:
        yield path, f"{words}比{bound}还长。"


def _longer(given: PromisedLimit, most: PromisedLimit) -> bool | None:
    """Whether it is longer; None where one counts natural days and the other working time."""
    if given.natural_days is not None and most.natural_days is not None:
        return given.natural_days > most.natural_days
    mine, theirs = _minutes(given), _minutes(most)
    return None if mine is None or theirs is None else mine > theirs


def _minutes(limit: PromisedLimit) -> int | None:
    if limit.working_minutes is not None:
        return limit.working_minutes
    return limit.working_days * MINUTES_A_DAY if limit.working_days is not None else None


def _papers(kind: PermitKind, around: Surroundings) -> Iterator[Fault]:
    wrong = numbering_fault(kind.papers.numbering)
    if wrong is not None:
        yield ("papers", "numbering"), f"编号格式不对：{_NUMBERING[wrong]}。"
    known = {one.value for one in Paper}
    for name in ("marks", "templates"):
        for paper in getattr(kind.papers, name):
            if paper not in known:
                yield ("papers", name, paper), f"没有“{paper}”这种文书；有：{'、'.join(sorted(known))}。"
    for paper, template in kind.papers.templates.items():
        if around.templates is not None and template not in around.templates:
            yield ("papers", "templates", paper), f"模板 {template} 不存在。"


def _bases(kind: PermitKind) -> Iterator[tuple[Path, Basis]]:
    yield from _each(("basis",), kind.basis)
    for number, one in enumerate(kind.co_signers):
        yield ("co_signers", number, "basis"), one.basis
    for number, question in enumerate(kind.eligibility):
        for place, answer in enumerate(question.answers):
            yield from _each(("eligibility", number, "answers", place, "basis"), answer.basis)


def _each(path: Path, bases: Iterable[Basis]) -> Iterator[tuple[Path, Basis]]:
    for number, one in enumerate(bases):
        yield (*path, number), one
