"""The law index: enough of each cited law to check citations without its text, and what is in force on a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import yaml

from content.interpretations.numerals import chinese_number
from kit.located_yaml import plain_yaml

LAWS_FILE = Path(__file__).with_name("laws.yaml")
DIGESTS_NAME = "law_digests.yaml"

T = TypeVar("T")
Status = Literal["unknown", "not_yet", "in_force", "superseded"]


class KnowledgeError(ValueError):
    """The knowledge files are wrong; `faults` lists every mistake, each a sentence."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class ArticleNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article's gist in our own words and the figures of it that matter (see `figures.figures`)."""

    gist: str
    figures: tuple[str, ...] = ()


class ArticleDigest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SHA-256 of an article's official text (see `law_digests`), every figure and every span that text contains."""

    sha256: str
    figures: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()


class Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a law: `version_on` is when it was passed, `in_force_on` when this version took effect.

    `status` is what its file says of it for all days; that of a day is `LawIndex.standing`. `first_day_unconfirmed`: the
    day it took effect is known, but stands in no text at hand; it holds until somebody says otherwise.
    """

    title: str
    version_on: date
    in_force_on: date
    first_day_unconfirmed: bool = False
    status: Literal["in_force", "repealed"] = "in_force"
    repealed_on: date | None = None
    successor: str = ""
    replaces: tuple[str, ...] = ()
    articles: dict[int, ArticleNote] = {}


class SupersededLaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A law that must not be cited any more, and what replaced it."""

    title: str
    repealed_on: date
    successor: str


class LawDigests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The digests of one version of a law, by article."""

    title: str
    version_on: date
    articles: dict[int, ArticleDigest]


class Standing(msgspec.Struct, frozen=True):
    """What a version of a law is on a day. `ends_on` is the first day it is, or will be, no longer in force."""

    status: Status
    begins_on: date | None = None
    ends_on: date | None = None
    successor: str = ""


class _LawsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    laws: tuple[Law, ...]
    superseded: tuple[SupersededLaw, ...] = ()


class _DigestsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    laws: tuple[LawDigests, ...]


class LawIndex:
    """Laws by title (`laws` holds the newest version of each), what was repealed, digests by title and version."""

    def __init__(
        self,
        laws: Iterable[Law],
        superseded: Iterable[SupersededLaw] = (),
        digests: Iterable[LawDigests] = (),
    ) -> None:
        versions: dict[str, list[Law]] = defaultdict(list)
        for law in laws:
            versions[law.title].append(law)
        self.versions: Mapping[str, tuple[Law, ...]] = {
            title: tuple(sorted(found, key=lambda law: law.version_on)) for title, found in versions.items()
        }
        self.laws: Mapping[str, Law] = {title: found[-1] for title, found in self.versions.items()}
        self.superseded: Mapping[str, SupersededLaw] = {
            **{
                title: SupersededLaw(title, law.in_force_on, law.title)
                for law in self.laws.values()
                for title in law.replaces
            },
            **{law.title: law for law in superseded},
        }
        self.digests: Mapping[tuple[str, date], LawDigests] = {
            (one.title, one.version_on): one for one in digests
        }

    @classmethod
    def load(cls, path: Path = LAWS_FILE) -> "LawIndex":
        """Read the index file and the digests beside it; a mistake in either raises `KnowledgeError`."""
        file = _read(path, _LawsFile)
        beside = path.with_name(DIGESTS_NAME)
        digests = _read(beside, _DigestsFile).laws if beside.exists() else ()
        return cls(file.laws, file.superseded, digests)

    @property
    def unconfirmed(self) -> tuple[Law, ...]:
        """Versions whose first day somebody should look up."""
        return tuple(law for found in self.versions.values() for law in found if law.first_day_unconfirmed)

    def version(self, title: str, version_on: date) -> Law | None:
        """One version of a law."""
        return next((law for law in self.versions.get(title, ()) if law.version_on == version_on), None)

    def current(self, title: str, on: date) -> Law | None:
        """The version in force on a local day; None where there is none."""
        for law in reversed(self.versions.get(title, ())):
            if self.standing(title, law.version_on, on).status == "in_force":
                return law
        return None

    def standing(self, title: str, version_on: date, on: date) -> Standing:
        """Whether a version of a law is in force on the local day `on`, from dates and successors alone.

        A version the index does not have is superseded where a newer one is in force, and else unknown.
        """
        law = self.version(title, version_on)
        ends_on, successor = self._end(title, version_on, law)
        begins_on = law.in_force_on if law else None
        if law is not None and law.status == "repealed" and ends_on is None:
            return Standing("superseded", begins_on, None, successor)
        if ends_on is not None and ends_on <= on:
            return Standing("superseded", begins_on, ends_on, successor)
        if law is None:
            return Standing("unknown", None, ends_on, successor)
        return Standing("not_yet" if law.in_force_on > on else "in_force", begins_on, ends_on, successor)

    def _end(self, title: str, version_on: date, law: Law | None) -> tuple[date | None, str]:
        """The first of what ends a version: its own repeal, that of the whole law, a newer version."""
        ends = [
            (newer.in_force_on, title)
            for newer in self.versions.get(title, ())
            if newer.version_on > version_on
        ]
        replaced = self.superseded.get(title)
        if replaced is not None:
            ends.append((replaced.repealed_on, replaced.successor))
        if law is not None and law.repealed_on is not None:
            ends.append((law.repealed_on, law.successor))
        return min(ends, default=(None, law.successor if law else ""))

    def note(self, title: str, version_on: date, article: int) -> ArticleNote | None:
        """What the index says of an article; None: it has no such article."""
        law = self.version(title, version_on)
        return law.articles.get(article) if law else None

    def digest(self, title: str, version_on: date, article: int) -> ArticleDigest | None:
        """The digest of an article's official text, where the text was once read."""
        found = self.digests.get((title, version_on))
        return found.articles.get(article) if found else None

    def with_laws(
        self,
        laws: Iterable[Law],
        digests: Iterable[LawDigests] = (),
        superseded: Iterable[SupersededLaw] = (),
    ) -> "LawIndex":
        """This index with more laws: of a version that both have, the given one stands; the rest is added to its own."""
        known = {(law.title, law.version_on): law for found in self.versions.values() for law in found}
        known.update(((law.title, law.version_on), law) for law in laws)
        held = dict(self.digests)
        for one in digests:
            key = (one.title, one.version_on)
            before = held[key].articles if key in held else {}
            held[key] = LawDigests(one.title, one.version_on, {**one.articles, **before})
        ended = {one.title: one for one in superseded} | dict(self.superseded)
        return LawIndex(known.values(), ended.values(), held.values())


@cache
def shipped_laws() -> LawIndex:
    """The index that comes with the program, read once (before the fork, so that no request waits for it)."""
    return LawIndex.load()


def article_label(title: str, article: int) -> str:
    """《城市道路管理条例》第三十条"""
    return f"《{title}》第{chinese_number(article)}条"


def _read(path: Path, kind: type[T]) -> T:
    try:
        document = plain_yaml(path.read_text(encoding="utf-8"))
        return msgspec.convert(document, kind, strict=False)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise KnowledgeError(f"法条索引 {path.name} 读不了：{error}") from error
