"""Reading the imported law texts, and holding them against the index."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from tortoise.functions import Count

from content.interpretations.law_digests import digest_of, wrong_figures
from content.interpretations.law_files import LawFile, texts_by_version
from content.interpretations.law_library import known_laws
from content.interpretations.laws import LawIndex, Standing, article_label
from content.interpretations.models import LawArticle, LawText


class HeldLaw(msgspec.Struct, frozen=True):
    """A version of a law that is known: by an imported text (`articles` of it), by the index (`cited` articles)."""

    title: str
    version_on: date
    in_force_on: date
    standing: Standing
    articles: int
    cited: int


class ArticleShown(msgspec.Struct, frozen=True):
    """One article: its text where imported, what the index says of it."""

    label: str
    version_on: date
    standing: Standing
    text: str | None
    gist: str
    figures: tuple[str, ...]


async def held_laws(on: date) -> list[HeldLaw]:
    """Every version known, by title, newest first."""
    index = await known_laws()
    counts = await _counts()
    found = [
        HeldLaw(
            law.title,
            law.version_on,
            law.in_force_on,
            index.standing(law.title, law.version_on, on),
            counts.get((law.title, law.version_on), 0),
            len(law.articles),
        )
        for versions in index.versions.values()
        for law in reversed(versions)
    ]
    return sorted(found, key=lambda one: one.title)


async def article_shown(title: str, number: int, version_on: date | None, on: date) -> ArticleShown | None:
    """An article of a version, or of the one in force (else of the newest known); None: there is none."""
    index = await known_laws()
    law = index.current(title, on) or index.laws.get(title)
    if version_on is not None:
        law = index.version(title, version_on)
    if law is None:
        return None
    row = await LawText.get_or_none(title=title, version_on=law.version_on)
    article = await LawArticle.get_or_none(law_id=row.id, number=number) if row else None
    note = index.note(title, law.version_on, number)
    if article is None and note is None:
        return None
    digest = index.digest(title, law.version_on, number)
    kept = digest_of(article.text) if article else digest
    return ArticleShown(
        label=article_label(title, number),
        version_on=law.version_on,
        standing=index.standing(title, law.version_on, on),
        text=article.text if article else None,
        gist=note.gist if note else "",
        figures=kept.figures if kept else note.figures if note else (),
    )


async def check_imported(index: LawIndex, on: date) -> list[str]:
    """What differs between the imported texts and the index, a sentence each."""
    rows = await LawText.all().order_by("title", "version_on")
    cited = {law.title: set(law.articles) for law in index.laws.values()}
    lines: list[str] = []
    for row in rows:
        standing = index.standing(row.title, row.version_on, on)
        lines += _dates_differ(row.title, row.version_on, row.in_force_on, index)
        if standing.status == "superseded" and row.repealed_on is None:
            lines.append(
                f"《{row.title}》（{row.version_on} 版）{standing.ends_on} 起不再有效，导入时还是现行"
            )
        law = index.version(row.title, row.version_on)
        if law is None:
            continue
        articles = await LawArticle.filter(law_id=row.id, number__in=sorted(cited[row.title]))
        texts = {one.number: one.text for one in articles}
        lines += check_texts(index, row.title, row.version_on, texts)
    return lines


def check_files(index: LawIndex, files: Iterable[LawFile]) -> list[str]:
    """The same for texts on disk."""
    held = list(files)
    lines = [
        f"{file.name}：{fault}" for file in held if file.is_text or len(held) == 1 for fault in file.faults
    ]
    dates = {(file.title, file.version_on): file for file in held if not file.faults}
    for (title, version_on), texts in texts_by_version(held).items():
        file = dates[title, version_on]
        if file.in_force_on is not None and file.begins_by != "version":
            lines += _dates_differ(title, version_on, file.in_force_on, index)
        if index.version(title, version_on) is not None:
            lines += check_texts(index, title, version_on, texts)
        elif title in index.laws:
            lines.append(f"《{title}》：索引里是 {index.laws[title].version_on} 版，文本是 {version_on} 版")
    return lines


def check_file(index: LawIndex, file: LawFile) -> list[str]:
    """What of one text differs from what the index says of its articles; of a part, only of its own."""
    if file.version_on is None:
        return []
    texts = {article.number: article.text for article in file.articles}
    law = index.version(file.title, file.version_on)
    if law is not None and file.part:
        held = {number: note for number, note in law.articles.items() if number in texts}
        index = index.with_laws([msgspec.structs.replace(law, articles=held)])
    return check_texts(index, file.title, file.version_on, texts)


def check_texts(index: LawIndex, title: str, version_on: date, texts: Mapping[int, str]) -> list[str]:
    """Each article the index cites of a version: its digest, its figures."""
    law = index.version(title, version_on)
    lines: list[str] = []
    for number in sorted(law.articles) if law is not None else ():
        label, text = article_label(title, number), texts.get(number)
        if text is None:
            lines.append(f"{label}：导入的文本里没有这一条")
            continue
        digest, known = digest_of(text), index.digest(title, version_on, number)
        if known is None:
            lines.append(f"{label}：索引里还没有摘要")
        elif known.sha256 != digest.sha256:
            lines.append(f"{label}：文本与索引的摘要不一致")
        elif set(known.figures) != set(digest.figures):
            lines.append(
                f"{label}：数额、期限是 {'、'.join(digest.figures)}，索引里是 {'、'.join(known.figures)}"
            )
        if law is not None:
            lines += wrong_figures(law, number, digest)
    return lines


async def not_imported(index: LawIndex) -> list[str]:
    """Laws the index cites whose text was never imported."""
    held = set(await LawText.all().values_list("title", "version_on"))
    return [law.title for law in index.laws.values() if (law.title, law.version_on) not in held]


def _dates_differ(title: str, version_on: date, in_force_on: date, index: LawIndex) -> list[str]:
    law = index.version(title, version_on)
    if law is None or law.in_force_on == in_force_on:
        return []
    return [f"《{title}》（{version_on} 版）：文本说 {in_force_on} 施行，索引里是 {law.in_force_on}"]


async def _counts() -> dict[tuple[str, date], int]:
    rows = await LawText.all()
    counted = await LawArticle.all().annotate(n=Count("id")).group_by("law_id").values_list("law_id", "n")
    by_id = dict(counted)
    return {(row.title, row.version_on): by_id.get(row.id, 0) for row in rows}
