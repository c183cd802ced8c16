"""The bureau profile's section `permits`: every kind of permit and filing as data.

A kind is a YAML mapping and, where its papers differ, templates; adding one needs no code. What one kind contradicts in
itself, and what the kinds contradict each other in, is said with file and line by `chengguan profile check`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from casework.complaints.profile import PromisedLimit
from casework.complaints.scheme import Code, Name

Flow = Literal["permit", "filing", "refund"]
Act = Literal["new", "change", "renew", "cancel"]
FieldType = Literal[
    "text", "long_text", "count", "number", "area", "length", "money", "date", "time_span", "choice", "choices", "yes_no",
    "person", "organisation", "uscc", "identity_number", "phone", "place", "reference",
]  # fmt: skip
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
STEPS = ("who", "what", "where")
"""The steps of a form after the questions, in the order in which they are asked."""
USUAL_UNITS: dict[FieldType, str] = {"area": "平方米", "length": "米", "money": "元"}
"""Of fields that name no unit."""
NOT_SAID = "系统默认，本单位没有另行规定"


class Basis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What something rests on: a law with its article (as in the law library), or a document of the bureau's."""

    law: Short
    article: Annotated[str, msgspec.Meta(max_length=40)] = ""
    words: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holds when the named field or question has one of these answers."""

    field: Code
    is_one_of: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Code
    name: Short


class EligibilityAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`then`: "go_on"; "no_permit" (none is needed, and why); "not_possible" (and why); "other" (`kind` is the right one)."""

    code: Code
    name: Short
    then: Literal["go_on", "no_permit", "not_possible", "other"] = "go_on"
    kind: Code | None = None
    because: Annotated[str, msgspec.Meta(max_length=500)] = ""
    basis: tuple[Basis, ...] = ()


class EligibilityQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Code
    ask: Short
    hint: Annotated[str, msgspec.Meta(max_length=300)] = ""
    answers: Annotated[tuple[EligibilityAnswer, ...], msgspec.Meta(min_length=2, max_length=8)]
    only_if: Condition | None = None


class FormField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to fill in. `only_if`: asked, checked, kept and shown only then: a hidden field never leaves the form.

    A "count" is a whole number. `least`/`most` bound numbers in `unit` (m², m, 元) and the length of texts; `role` gives the field a meaning to the system:
    "holder" (name), "holder_number", "phone", "agent", "place", "area", "when" (time_span), "surface". `is_personal` ones are
    never shown in public or in facts; `is_public` ones stand on the card and the verify page.
    """

    code: Code
    name: Short
    type: FieldType
    hint: Annotated[str, msgspec.Meta(max_length=300)] = ""
    required: bool = True
    only_if: Condition | None = None
    choices: Annotated[tuple[Choice, ...], msgspec.Meta(max_length=30)] = ()
    least: float | None = None
    most: float | None = None
    unit: Annotated[str, msgspec.Meta(max_length=10)] = ""
    role: (
        Literal[
            "holder", "holder_number", "phone", "agent", "co_applicants", "place", "area", "when", "surface"
        ]
        | None
    ) = None
    is_personal: bool = False
    is_public: bool = False
    step: Literal["who", "what", "where"] = "what"


class Material(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper to hand in. `sample` is a file of the profile's folder `samples/`; `count_most` files of kinds `accepts`.

    `for_co_signers`: organs that are asked see it too, such as a plan; nothing that says who somebody is.
    """

    code: Code
    name: Short
    hint: Annotated[str, msgspec.Meta(max_length=300)] = ""
    required: bool = True
    only_if: Condition | None = None
    sample: Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9_-]+\.(png|jpg|pdf))?$")] = ""
    count_most: Annotated[int, msgspec.Meta(ge=1, le=12)] = 3
    accepts: tuple[Literal["photo", "pdf"], ...] = ("photo", "pdf")
    original_at_window: bool = False
    for_co_signers: bool = False


class CoSigner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organ that is asked, `when` the application is of its surface. `unit` is a unit of the profile whose co-signers answer;
    without one, clerks write down what the organ said on paper.

    `is_approval`: by law nothing is granted against its word (a carriageway: 城市道路管理条例 31), and without its word only
    by the head. Else the head may grant against it too. Either way the reason is written down.
    """

    code: Code
    name: Name
    unit: Code | None = None
    is_approval: bool = True
    when: Condition | None = None
    limit: PromisedLimit
    basis: Basis


class KindLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind's own figures. `promise` is the promised clock from acceptance to decision, `survey` from acceptance to the
    look at the place; `decide` the law's longest, `extend` how much the head may add to it, once. What is missing holds as `permits.limits` says.
    """

    accept: PromisedLimit | None = None
    correct: PromisedLimit | None = None
    survey: PromisedLimit | None = None
    promise: PromisedLimit | None = None
    decide: PromisedLimit | None = None
    extend: PromisedLimit | None = None
    deliver: PromisedLimit | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for kinds that say nothing else."""

    accept: PromisedLimit = PromisedLimit(working_days=5, basis="《中华人民共和国行政许可法》第三十二条")
    correct: PromisedLimit = PromisedLimit(working_days=20, basis=NOT_SAID)
    decide: PromisedLimit = PromisedLimit(working_days=20, basis="《中华人民共和国行政许可法》第四十二条")
    extend: PromisedLimit = PromisedLimit(working_days=10, basis="《中华人民共和国行政许可法》第四十二条")
    deliver: PromisedLimit = PromisedLimit(working_days=10, basis="《中华人民共和国行政许可法》第四十四条")
    hearing_ask: PromisedLimit = PromisedLimit(working_days=5, basis="《中华人民共和国行政许可法》第四十七条")
    hearing_hold: PromisedLimit = PromisedLimit(
        working_days=20, basis="《中华人民共和国行政许可法》第四十七条"
    )
    hearing_notice: PromisedLimit = PromisedLimit(
        working_days=7, basis="《中华人民共和国行政许可法》第四十八条"
    )


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long what is granted may hold, in days, and when its holder is reminded before its end. A renewal that is asked for
    `renew_days_before` the end and not decided by then is granted by silence (行政许可法 50).
    """

    days_most: Annotated[int, msgspec.Meta(ge=1, le=36_500)]
    remind_days_before: Annotated[int, msgspec.Meta(ge=0, le=365)] = 3
    can_renew: bool = True
    renew_days_before: Annotated[int, msgspec.Meta(ge=0, le=365)] = 30
    restore_days: Annotated[int, msgspec.Meta(ge=0, le=90)] = 0
    """Days after the end in which the place must be cleaned up; 0: nothing to clean up."""


class Fee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it costs (fen), and on what basis, printed on every paper: 0 fen needs its basis too."""

    fen: Annotated[int, msgspec.Meta(ge=0, le=100_000_000)] = 0
    basis: Words
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Papers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The template of each paper; one that is empty takes the shipped template of that name. `numbering` gives each
    series its form, with {short}, {mark}, {year}, {seq} (`{short}城管许{mark}字〔{year}〕第{seq:03d}号`).
    """

    numbering: Annotated[str, msgspec.Meta(min_length=6, max_length=80)] = (
        "{short}城管许{mark}字〔{year}〕第{seq:03d}号"
    )
    marks: dict[str, Annotated[str, msgspec.Meta(min_length=1, max_length=6)]] = {}
    templates: dict[str, Code] = {}
    remedies: Words = "如对本决定不服，可以自收到本决定书之日起六十日内申请行政复议，或者自收到之日起六个月内向人民法院提起行政诉讼。"


class PermitKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind. `product`: what a granted one becomes: "permit" (with its e-permit), "sign" (a code on the sign), "none"."""

    code: Code
    name: Name
    plain: Short
    flow: Flow
    product: Literal["permit", "sign", "none"] = "permit"
    summary: Words
    item_code: Annotated[str, msgspec.Meta(max_length=60)] = ""
    """The item's code on the city's integrated service platform."""
    unit: Code
    acts: tuple[Act, ...] = ("new",)
    basis: Annotated[tuple[Basis, ...], msgspec.Meta(min_length=1)]
    eligibility: tuple[EligibilityQuestion, ...] = ()
    fields: Annotated[tuple[FormField, ...], msgspec.Meta(min_length=1, max_length=60)]
    materials: Annotated[tuple[Material, ...], msgspec.Meta(max_length=30)] = ()
    has_survey: bool = True
    co_signers: Annotated[tuple[CoSigner, ...], msgspec.Meta(max_length=8)] = ()
    limits: KindLimits = KindLimits()
    term: Term | None = None
    area_most_m2: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None
    clashes: bool = True
    """Whether two of them may not be at one place at one time."""
    hearing: Basis | None = None
    """The law that orders a hearing before every decision of this kind, announced to everybody (行政许可法 46)."""
    is_safety: bool = False
    """It directly concerns public safety, health or property: who deceives about it is barred from it for years (78, 79)."""
    terms: Annotated[tuple[Words, ...], msgspec.Meta(max_length=20)] = ()
    """Conditions printed on the decision."""
    fee: Fee
    papers: Papers = Papers()
    identity_by: Literal["never", "decision", "delivery"] = "never"
    """Until when it has to be known who applies: vouched for by the unified login, or checked at the window."""


class PermitsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `permits`. `from_acceptance`: the promised clock begins with acceptance (else with submission). `four_eyes`: who
    looked at the place does not decide as well.

    `document_short` is what document numbers begin with, such as 清.
    """

    kinds: Annotated[tuple[PermitKind, ...], msgspec.Meta(max_length=60)] = ()
    limits: Limits = Limits()
    from_acceptance: bool = True
    four_eyes: bool = True
    document_short: Annotated[str, msgspec.Meta(min_length=1, max_length=6)] = "清"
    draft_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 60

    def kind(self, code: str) -> PermitKind | None:
        """The kind of this code; None for one that is not (or no longer) in the profile."""
        return next((one for one in self.kinds if one.code == code), None)
