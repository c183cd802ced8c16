"""The kinds of permits held against the rest of the profile, the law library, the samples and the templates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

import msgspec

from app.shipped import ROOT
from casework.complaints.profile import UnitsSection
from casework.permits.kind_check import Surroundings, section_faults
from casework.permits.kinds import Basis, PermitKind, PermitsSection
from content.interpretations.laws import LawIndex, article_label
from content.interpretations.numerals import article_number
from kit.profile import Profile, ProfileDocument, ProfileError, readable

SECTION = "permits"
SAMPLES = "samples"
"""The folder of samples, beside the profile's files."""
TEMPLATES = ROOT / "content" / "documents"


def check_permits(document: Mapping[str, Any], profile: Profile) -> None:
    """What the kinds contradict in themselves, in each other and in the units. Raises ProfileError with all of it."""
    faults = permit_faults(document, profile, _around(profile))
    if faults:
        raise ProfileError(*faults)


UNREAD = "{place}第 {number} 个事项缺少必须有的，改好以后再检查它的前后矛盾和依据。"


def permit_faults(document: Mapping[str, Any], profile: Profile, around: Surroundings) -> list[str]:
    """A sentence for each, with file and line where the document knows them."""
    found = []
    for path, sentence in section_faults(profile.section(PermitsSection), around):
        found.append(_said(document, path, sentence))
    return found


def _said(document: Mapping[str, Any], path: tuple[str | int, ...], sentence: str) -> str:
    place = document.place((SECTION, *path)) if isinstance(document, ProfileDocument) else None
    return f"{place}：{sentence}" if place is not None else sentence


def readable_permit_faults(
    document: ProfileDocument, folder: Path, laws: LawIndex, on: date
) -> tuple[list[str], list[str]]:
    """The same of a profile that is not whole: of every kind that can be read in spite of what is wrong with it or with
    other parts; and a sentence for each kind that cannot.

    What the mistakes themselves bring about, such as a role that nothing has because its field is misspelt, is not said.
    """
    said = document.get(SECTION)
    raw = said if isinstance(said, Mapping) else {}
    whole, left_out = readable({key: one for key, one in raw.items() if key != "kinds"}, PermitsSection)
    kinds, numbers, others, unread = [], [], [], []
    gone: set[tuple[str | int, ...]] = set(left_out)
    for number, value in enumerate(_listed(raw, "kinds")):
        kind, missing = readable(value, PermitKind)
        if kind is None:
            place = document.place((SECTION, "kinds", number))
            unread.append(UNREAD.format(place=f"{place}：" if place is not None else "", number=number + 1))
            others += [str(value["code"])] if isinstance(value, Mapping) and "code" in value else []
            continue
        kinds.append(kind)
        numbers.append(number)
        gone |= {("kinds", number, *path) for path in missing}
    section = msgspec.structs.replace(whole or PermitsSection(), kinds=tuple(kinds))
    around = everything_around(_codes(_listed(document, "units")), folder, laws, on)
    found = section_faults(section, around, numbers=numbers, others=others)
    return [_said(document, *one) for one in found if not _follows(one[0], gone)], unread


def _follows(path: tuple[str | int, ...], gone: Collection[tuple[str | int, ...]]) -> bool:
    """Whether a contradiction may come of what was left out: it is said of the same thing or of what that stands in."""
    return any(one[: len(path)] == path or path[: len(one)] == one for one in gone)


def everything_around(units: Collection[str], folder: Path, laws: LawIndex, on: date) -> Surroundings:
    """Also what is not in the profile: samples in its folder, shipped templates, laws in force on a day."""
    samples = folder / SAMPLES
    return Surroundings(
        units=units,
        samples={one.name for one in samples.iterdir()} if samples.is_dir() else set(),
        templates={one.stem for one in TEMPLATES.glob("*.typ")},
        basis_fault=basis_fault(laws, on),
    )


def basis_fault(laws: LawIndex, on: date) -> Callable[[Basis], str | None]:
    """What is wrong with a basis: one with an article must be that of a law in force, in the index. Documents of
    the bureau's own are named without an article.
    """

    def wrong(basis: Basis) -> str | None:
        if not basis.article:
            return None
        title = basis.law.strip("《》").removeprefix("中华人民共和国")
        number = article_number(basis.article.removeprefix("第").removesuffix("条"))
        if number is None:
            return f"依据“{basis.law}{basis.article}”的条号不对，写成“第三十一条”，一条依据只写一条。"
        law = laws.current(title, on)
        if law is None:
            return f"依据《{title}》不在法条索引里，或者已经不是现行的（本单位自己的文件不写 article）。"
        if number not in law.articles:
            return f"依据{article_label(title, number)}不在法条索引里，请先收入 laws.yaml 并核对原文。"
        return None

    return wrong


def _listed(value: object, *names: str) -> list[Any]:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else []


def _codes(rows: list[Any]) -> list[str]:
    return [str(one["code"]) for one in rows if isinstance(one, Mapping) and "code" in one]


def _around(profile: Profile) -> Surroundings:
    return Surroundings(units=[one.code for one in cast("UnitsSection", profile.at("units"))])
