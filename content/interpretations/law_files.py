"""Law texts on disk: a file or a folder of them, each read, dated and judged before anything is written."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from content.interpretations.law_reading import Article, LawReading, decoded, named_date, read_law

LONGEST_TITLE = 80  # characters
SUFFIXES = (".md", ".markdown", ".txt")


class LawFile(msgspec.Struct, frozen=True, kw_only=True):
    """A text ready to be imported, or its faults. `version_on` and `in_force_on` are set where there are no faults.

    `begins_by` says where `in_force_on` is from; "version": it is a guess, the date of the version.
    """

    name: str
    title: str = ""
    part: str = ""
    articles: tuple[Article, ...] = ()
    version_on: date | None = None
    in_force_on: date | None = None
    begins_by: Literal["option", "text", "version"] = "text"
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_text: bool = True  # False: nothing in it looks like a law (a folder's index)


def law_paths(path: Path) -> list[Path]:
    """The file itself, or a folder's texts in order of their names; folders within are left alone."""
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.is_file() and one.suffix.lower() in SUFFIXES)
    return [path]


def read_law_file(path: Path, version_on: date | None = None, in_force_on: date | None = None) -> LawFile:
    """Read a text; `version_on` and `in_force_on`, where given, come before what the file says."""
    try:
        reading = read_law(decoded(path.read_bytes()))
    except OSError as error:
        return LawFile(name=path.name, faults=(f"读不了（{error.strerror}）",))
    except ValueError as error:
        return LawFile(name=path.name, faults=(str(error),))
    return dated(path.name, reading, version_on, in_force_on)


def dated(name: str, reading: LawReading, version_on: date | None, in_force_on: date | None) -> LawFile:
    """The version is the given date, the one in the file's name, or the latest of the head.

    It takes effect on the given date or the one the text says; where that is before the version (a revised law's
    closing article still names its first day), on the version's own date, and that is noted.
    """
    faults, notes = list(reading.faults), list(reading.notes)
    named = named_date(name)
    version = version_on or named or reading.dated_on
    begins_by: Literal["option", "text", "version"] = "text" if in_force_on is None else "option"
    if len(reading.title) > LONGEST_TITLE:
        faults.append(f"法名超过 {LONGEST_TITLE} 字：第一行应只写名称")
    if version is None:
        faults.append("看不出是哪一版；请用 --version 写明公布（修订）日期")
    elif version_on is None and named and reading.dated_on and reading.dated_on > named:
        faults.append(f"文件名说是 {named} 版，文中却有 {reading.dated_on}；请用 --version 写明")
    begins = in_force_on or reading.begins_on
    if begins is None and reading.begins_at_once and version:
        begins, begins_by = version, "version"
        notes.append(f"文中说自公布之日起施行，按 {version} 起算；修订决定另有施行日的，用 --in-force 写明")
    if begins is None and not faults:
        faults.append("看不出哪天施行；请用 --in-force 写明")
    if version and begins and begins < version:
        if in_force_on is not None:
            faults.append(f"施行日 {begins} 早于这一版的公布日 {version}")
        elif reading.begins_on:
            notes.append(
                f"文中的施行日 {begins} 早于这一版，按公布日 {version} 起算；修订决定另有施行日的，用 --in-force 写明"
            )
            begins, begins_by = version, "version"
    return LawFile(
        name=name,
        title=reading.title,
        part=reading.part,
        articles=reading.articles,
        version_on=version,
        in_force_on=begins,
        begins_by=begins_by,
        faults=tuple(faults),
        notes=tuple(notes),
        is_text=bool(reading.articles),
    )


def texts_by_version(files: Iterable[LawFile]) -> dict[tuple[str, date], dict[int, str]]:
    """Articles by title and version; parts of a code come together. Files with faults are left out."""
    texts: dict[tuple[str, date], dict[int, str]] = {}
    for file in files:
        if not file.faults and file.version_on is not None:
            articles = texts.setdefault((file.title, file.version_on), {})
            articles.update({article.number: article.text for article in file.articles})
    return texts
