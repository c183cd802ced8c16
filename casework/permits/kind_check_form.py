"""What the questions and fields of a kind contradict: conditions, choices, roles, bounds. Paths lead from the kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from casework.permits.kinds import STEPS, Condition, FormField, PermitKind
from casework.permits.values import AREA_MOST_M2, KEPT_MOST

Path = tuple[str | int, ...]
Fault = tuple[Path, str]

_ROLE_TYPES: Mapping[str, tuple[str, ...]] = {
    "holder": ("person", "organisation"),
    "holder_number": ("uscc", "identity_number"),
    "phone": ("phone",),
    "agent": ("person", "organisation"),
    "co_applicants": ("text", "long_text"),
    "place": ("place",),
    "area": ("area",),
    "when": ("time_span",),
    "surface": ("choice",),
}
_ROLE_WORDS: Mapping[str, str] = {
    "holder": "申请人",
    "holder_number": "申请人证件号码",
    "phone": "联系电话",
    "place": "地点",
    "when": "起止时间",
    "area": "面积",
}
_BOUNDED = ("text", "long_text", "count", "number", "area", "length", "money", "person", "organisation")
_TEXTS = ("text", "long_text", "person", "organisation")
_ON_BEHALF = {"agent": "代理人", "co_applicants": "共同申请人"}


def question_faults(kind: PermitKind, kinds: Collection[str]) -> Iterator[Fault]:
    """Of the eligibility questions; `kinds` are the codes of all kinds."""
    codes = Counter(one.code for one in kind.eligibility)
    earlier: dict[str, set[str]] = {}
    for number, one in enumerate(kind.eligibility):
        here: Path = ("eligibility", number)
        if codes[one.code] > 1:
            yield (*here, "code"), f"问题代码 {one.code} 写了不止一次。"
        yield from _answers(kind, number, kinds)
        if one.only_if is not None:
            known = earlier.get(one.only_if.field)
            if known is None:
                yield (
                    (*here, "only_if", "field"),
                    f"问题 {one.code} 的条件指到 {one.only_if.field}，可它前面没有这个问题。",
                )
            else:
                yield from _unknown(one.only_if, known, (*here, "only_if"), f"问题 {one.code}")
        elif all(answer.then != "go_on" for answer in one.answers):
            yield (
                here,
                f"问题 {one.code} 无论怎么答都办不成，后面永远问不到；至少要有一个回答能往下走（go_on）。",
            )
        earlier.setdefault(one.code, set()).update(answer.code for answer in one.answers)


def _answers(kind: PermitKind, number: int, kinds: Collection[str]) -> Iterator[Fault]:
    question = kind.eligibility[number]
    codes = Counter(one.code for one in question.answers)
    for place, one in enumerate(question.answers):
        here: Path = ("eligibility", number, "answers", place)
        if codes[one.code] > 1:
            yield (*here, "code"), f"问题 {question.code} 的回答代码 {one.code} 写了不止一次。"
        if one.then == "other":
            if one.kind is None:
                yield here, f"回答 {one.code} 写了 other，却没有写该办哪个事项（kind）。"
            elif one.kind not in kinds:
                yield (*here, "kind"), f"回答 {one.code} 指到事项 {one.kind}，没有这个事项。"
            elif one.kind == kind.code:
                yield (*here, "kind"), f"回答 {one.code} 指回了本事项。"
        elif one.kind is not None:
            yield (*here, "kind"), f"回答 {one.code} 写了 kind，then 却不是 other。"
        if one.then != "go_on" and not one.because:
            yield here, f"回答 {one.code} 到此为止，要写清为什么（because）。"
        if one.then in ("no_permit", "not_possible") and not one.basis:
            yield here, f"回答 {one.code} 说不用办或不能办，要写依据（basis）。"


def form_faults(kind: PermitKind) -> Iterator[Fault]:
    """Of the fields, one by one and together."""
    codes = Counter(one.code for one in kind.fields)
    questions = {one.code for one in kind.eligibility}
    for number, one in enumerate(kind.fields):
        here: Path = ("fields", number)
        if codes[one.code] > 1:
            yield (*here, "code"), f"栏目代码 {one.code} 写了不止一次。"
        if one.code in questions:
            yield (*here, "code"), f"栏目代码 {one.code} 与一个问题的代码相同，条件会分不清指的是哪一个。"
        yield from condition_faults(kind, one.only_if, (*here, "only_if"), f"栏目 {one.code}")
        yield from _order(kind, number)
        yield from _field(kind, one, here)
    yield from _cycles(kind)
    yield from _roles(kind)


def condition_faults(
    kind: PermitKind, condition: Condition | None, path: Path, whose: str
) -> Iterator[Fault]:
    """Of a condition on a field or question of the kind: whether it is there and has such answers."""
    if condition is None:
        return
    question = next((one for one in kind.eligibility if one.code == condition.field), None)
    field = next((one for one in kind.fields if one.code == condition.field), None)
    if question is not None:
        yield from _unknown(condition, {one.code for one in question.answers}, path, whose)
    elif field is None:
        yield (*path, "field"), f"{whose} 的条件指到 {condition.field}，没有这个栏目或问题。"
    elif field.type == "yes_no":
        yield from _unknown(condition, {"yes", "no"}, path, whose)
    elif field.type in ("choice", "choices"):
        yield from _unknown(condition, {one.code for one in field.choices}, path, whose)
    else:
        yield (
            (*path, "field"),
            f"{whose} 的条件指到 {field.code}，可它不是选项（choice、choices、yes_no），没有固定的回答。",
        )


def _unknown(condition: Condition, known: Collection[str], path: Path, whose: str) -> Iterator[Fault]:
    for answer in condition.is_one_of:
        if answer not in known:
            yield (
                (*path, "is_one_of"),
                f"{whose} 的条件写了“{answer}”，{condition.field} 没有这个回答；有：{'、'.join(sorted(known))}。",
            )


def _order(kind: PermitKind, number: int) -> Iterator[Fault]:
    """A field may hang on what is asked before it: in the same step above it, or in an earlier step."""
    one = kind.fields[number]
    if one.only_if is None:
        return
    for place, other in enumerate(kind.fields):
        is_later = (STEPS.index(other.step), place) > (STEPS.index(one.step), number)
        if other.code == one.only_if.field and is_later:
            yield (
                ("fields", number, "only_if", "field"),
                f"栏目 {one.code} 的条件指到 {other.code}，可它排在后面，请把 {other.code} 移到前面。",
            )


def _cycles(kind: PermitKind) -> Iterator[Fault]:
    """Each circle of conditions once, at its first field."""
    on = {one.code: one.only_if.field for one in kind.fields if one.only_if is not None}
    told: set[str] = set()
    for number, one in enumerate(kind.fields):
        seen: list[str] = []
        at: str | None = one.code
        while at is not None and at not in seen:
            seen.append(at)
            at = on.get(at)
        if at == one.code and at not in told:
            told.update(seen)
            yield (
                ("fields", number, "only_if"),
                f"条件绕成了圈：{' → '.join([*seen, one.code])}，这些栏目永远不会出现。",
            )


def _field(kind: PermitKind, one: FormField, here: Path) -> Iterator[Fault]:
    takes = one.type in ("choice", "choices")
    if takes and len(one.choices) < 2:
        yield here, f"栏目 {one.code} 是选项，至少要写两个 choices。"
    if one.choices and not takes:
        yield (*here, "choices"), f"栏目 {one.code} 的类型是 {one.type}，不用写 choices。"
    codes = Counter(choice.code for choice in one.choices)
    for place, choice in enumerate(one.choices):
        if codes[choice.code] > 1:
            yield (*here, "choices", place), f"栏目 {one.code} 的选项代码 {choice.code} 写了不止一次。"
    for name in ("least", "most"):
        if getattr(one, name) is not None and one.type not in _BOUNDED:
            yield (*here, name), f"栏目 {one.code} 的类型是 {one.type}，不能写 {name}。"
    if one.least is not None and one.most is not None and one.least > one.most:
        yield (*here, "least"), f"栏目 {one.code} 的 least 比 most 大，填什么都不对。"
    if one.type == "area" and one.most is not None and one.most > AREA_MOST_M2:
        yield (*here, "most"), f"栏目 {one.code} 的面积上限超过系统的 {AREA_MOST_M2:,.0f} 平方米。"
    if one.type in _TEXTS and one.most is not None and one.most > KEPT_MOST:
        yield (*here, "most"), f"栏目 {one.code} 最多只能留 {KEPT_MOST} 个字，most 写多了。"
    if one.is_public and (
        one.is_personal or one.type in ("identity_number", "phone") or one.role in ("holder_number", "phone")
    ):
        yield (*here, "is_public"), f"栏目 {one.code} 是个人信息，不能公开（is_public）。"
    if one.role is not None and one.type not in _ROLE_TYPES[one.role]:
        yield (
            (*here, "role"),
            f"栏目 {one.code} 的 role 是 {one.role}，类型应是 {'或 '.join(_ROLE_TYPES[one.role])}，现在是 {one.type}。",
        )


def _roles(kind: PermitKind) -> Iterator[Fault]:
    needed = ["holder", "holder_number", "phone"]
    needed += ["place", "when"] if kind.product == "permit" else ["place"] if kind.product == "sign" else []
    needed += ["area"] if kind.area_most_m2 is not None else []
    for role, words in _ROLE_WORDS.items():
        having = [number for number, one in enumerate(kind.fields) if one.role == role]
        if not having:
            if role in needed:
                yield (), f"没有哪个栏目的 role 是 {role}（{words}）。"
        elif role in needed:
            yield from _covered(kind, role, words, having)
    for role in _ROLE_TYPES:
        yield from _twice(kind, role)
    for role, words in _ON_BEHALF.items():
        for number, one in enumerate(kind.fields):
            if one.role == role and not _has_authorisation(kind, one):
                yield (
                    ("fields", number),
                    f"有{words}（{one.code}），却没有在同样条件下必交的材料（如授权委托书），请在 materials 里加上。",
                )


def _covered(kind: PermitKind, role: str, words: str, having: list[int]) -> Iterator[Fault]:
    """What the system needs must be asked of everybody: without a condition, or under conditions that take in all."""
    fields = [kind.fields[number] for number in having]
    for number in having:
        if not kind.fields[number].required:
            yield ("fields", number, "required"), f"{words}（{role}）必须填，请去掉 required: false。"
    if any(one.only_if is None for one in fields):
        return
    conditions = [one.only_if for one in fields if one.only_if is not None]
    governing = next((one for one in kind.fields if one.code == conditions[0].field), None)
    same = len({one.field for one in conditions}) == 1
    answered = {answer for one in conditions for answer in one.is_one_of}
    always = governing is not None and governing.only_if is None and governing.required
    if governing is None or not always or not same or not answered >= _possible(governing):
        yield (
            ("fields", having[0], "only_if"),
            f"{words}（{role}）有时不出现；每个申请都要有，请让各种回答都有它。",
        )


def _twice(kind: PermitKind, role: str) -> Iterator[Fault]:
    """Two fields of one role are right only where never both are asked."""
    having = [(number, one) for number, one in enumerate(kind.fields) if one.role == role]
    for place, (number, one) in enumerate(having):
        for _, other in having[:place]:
            if not _exclude(kind, one.only_if, other.only_if):
                yield (
                    ("fields", number, "role"),
                    f"栏目 {other.code} 和 {one.code} 的 role 都是 {role}，只能有一个（或者条件互相排斥）。",
                )


def _exclude(kind: PermitKind, one: Condition | None, other: Condition | None) -> bool:
    if one is None or other is None or one.field != other.field:
        return False
    several = any(field.code == one.field and field.type == "choices" for field in kind.fields)
    return not several and not set(one.is_one_of) & set(other.is_one_of)


def _possible(field: FormField) -> set[str]:
    return {"yes", "no"} if field.type == "yes_no" else {one.code for one in field.choices}


def _has_authorisation(kind: PermitKind, field: FormField) -> bool:
    return any(one.required and one.only_if == field.only_if for one in kind.materials)
