"""The kinds of permits held against the rest of the profile, the law library, the samples and the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

from app.shipped import ROOT
from casework.complaints.profile import UnitsSection
from casework.permits.kind_check import Surroundings, section_faults
from casework.permits.kinds import Basis, PermitsSection
from content.interpretations.laws import LawIndex, article_label
from content.interpretations.numerals import article_number
from kit.profile import Profile, ProfileDocument, ProfileError

SECTION = "permits"
SAMPLES = "samples"
"""The folder of samples, beside the profile's files."""
TEMPLATES = ROOT / "content" / "documents"


def check_permits(document: Mapping[str, Any], profile: Profile) -> None:
    """What the kinds contradict in themselves, in each other and in the units. Raises ProfileError with all of it."""
    faults = permit_faults(document, profile, _around(profile))
    if faults:
        raise ProfileError(*faults)


def permit_faults(document: Mapping[str, Any], profile: Profile, around: Surroundings) -> list[str]:
    """A sentence for each, with file and line where the document knows them."""
    found = []
    for path, sentence in section_faults(profile.section(PermitsSection), around):
        place = document.place((SECTION, *path)) if isinstance(document, ProfileDocument) else None
        found.append(f"{place}：{sentence}" if place is not None else sentence)
    return found


def everything_around(profile: Profile, folder: Path, laws: LawIndex, on: date) -> Surroundings:
    """Also what is not in the profile: samples in its folder, shipped templates, laws in force on a day."""
    samples = folder / SAMPLES
    return Surroundings(
        units=_around(profile).units,
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


def _around(profile: Profile) -> Surroundings:
    return Surroundings(units=[one.code for one in cast("UnitsSection", profile.at("units"))])
