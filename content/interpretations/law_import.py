"""Taking over the official text of a law: judged by its dates and successors, then written whole or not at all."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

import msgspec
from tortoise.exceptions import IntegrityError

from content.interpretations.law_digests import article_digest, text_digest
from content.interpretations.law_files import LawFile
from content.interpretations.law_library import known_laws
from content.interpretations.law_reading import ended_by
from content.interpretations.laws import LawIndex, Status
from content.interpretations.load import bump_version
from content.interpretations.models import LawArticle, LawText
from kit.db import Change, Database

NAMED_AT_MOST = 20
WITHIN_S = 60.0


class LawRefused(Exception):
    """A text cannot be imported as asked; the message is one sentence in Chinese."""


class ActorOfRecord(Protocol):
    """Who imports, as the audit records it."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> UUID | None: ...


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`superseded`: import it although it is no longer in force, for reading; nothing of it may be cited.

    `repealed_on` and `successor` say when it ended and what took its place, where the index does not know. `reason`,
    where given, allows to replace a text of the same version that differs.
    """

    superseded: bool = False
    repealed_on: date | None = None
    successor: str = ""
    reason: str = ""
    is_check: bool = False


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do: numbers of articles that came, differ, are gone."""

    title: str
    version_on: date
    in_force_on: date
    status: Status
    ends_on: date | None
    successor: str
    articles: int
    came: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    is_news: bool = False
    notes: tuple[str, ...] = ()


async def import_law(
    db: Database, actor: ActorOfRecord, file: LawFile, on: date, options: ImportOptions
) -> Imported:
    """Import one text; the same again changes nothing. Raises LawRefused; then nothing was written.

    `on` is the local day it is judged on.
    """
    law = judged(file, await known_laws(), on, options)

    async def work(change: Change) -> Imported:
        return await _written(change, actor, file, law, options)

    if options.is_check:
        return (await _compared(file, law))[1]
    try:
        return await db.change(work, timeout_s=WITHIN_S)
    except IntegrityError:
        raise LawRefused(f"《{law.title}》（{law.version_on} 版）正在由别人导入，请稍后再试") from None


def judged(file: LawFile, index: LawIndex, on: date, options: ImportOptions) -> Imported:
    """What the text is on a day. Raises LawRefused: it has faults, or is out of force and asked for as current."""
    if file.faults or file.version_on is None or file.in_force_on is None:
        raise LawRefused("；".join(file.faults))
    name = f"《{file.title}》（{file.version_on} 版）"
    known = index.version(file.title, file.version_on)
    begins_on = known.in_force_on if known and file.begins_by == "version" else file.in_force_on
    if known is not None and file.begins_by == "option" and begins_on != known.in_force_on:
        raise LawRefused(f"{name}在法条索引里是 {known.in_force_on} 施行，与 --in-force 不一致")
    standing = index.standing(file.title, file.version_on, on)
    ends_on, successor = standing.ends_on, standing.successor
    if options.repealed_on is not None and (ends_on is None or options.repealed_on < ends_on):
        ends_on, successor = options.repealed_on, options.successor
    is_over = (ends_on is not None and ends_on <= on) or standing.status == "superseded"
    if is_over and not options.superseded:
        by = (
            f"，由《{successor}》取代"
            if successor and successor != file.title
            else "，已有新版"
            if successor
            else ""
        )
        ended = f"已于 {ends_on} 废止" if successor != file.title else f"{ends_on} 起不再有效"
        raise LawRefused(f"{name}{ended}{by}，不能作为现行法导入；只供查阅的，加 --superseded")
    if options.superseded and not is_over:
        raise LawRefused(f"没有{name}已被取代的记录；确已废止的，用 --repealed-on 写明哪天")
    status: Status = "superseded" if is_over else "not_yet" if begins_on > on else "in_force"
    return Imported(
        title=file.title,
        version_on=file.version_on,
        in_force_on=begins_on,
        status=status,
        ends_on=ends_on,
        successor=successor,
        articles=len(file.articles),
        notes=(
            *(() if known and file.begins_by == "version" else file.notes),
            *_newer(file, index),
            *_ending(file),
        ),
    )


def _ending(file: LawFile) -> tuple[str, ...]:
    names = dict.fromkeys(
        name for one in file.articles[-3:] for name in ended_by(one.text) if name != file.title
    )
    if not names:
        return ()
    named = "".join(f"《{name}》" for name in names)
    return (f"文中说{named}同时废止：这部法施行起，不能再引用",)


def _newer(file: LawFile, index: LawIndex) -> tuple[str, ...]:
    older = index.laws.get(file.title)
    if older is None or file.version_on is None or older.version_on >= file.version_on:
        return ()
    return (
        f"比已知的 {older.version_on} 版新：{file.in_force_on} 起，引用旧版的问答不再给出，请及时改引新版",
    )


async def _compared(file: LawFile, law: Imported) -> tuple[LawText | None, Imported]:
    """The row there is, and the import with what differs from it."""
    row = await LawText.get_or_none(title=law.title, version_on=law.version_on)
    fresh = _digests(file)
    held = await _held(row)
    is_whole = not file.part
    gone = tuple(sorted(held.keys() - fresh.keys())) if is_whole else ()
    came = tuple(sorted(fresh.keys() - held.keys()))
    changed = tuple(sorted(number for number in fresh.keys() & held.keys() if fresh[number] != held[number]))
    same_dates = row is not None and (row.in_force_on, row.repealed_on, row.successor or "") == _dates(law)
    found = msgspec.structs.replace(
        law, came=came, changed=changed, gone=gone, is_news=bool(came or changed or gone or not same_dates)
    )
    return row, found


def _dates(law: Imported) -> tuple[date, date | None, str]:
    """The dates of its row. An end the index knows is computed, but kept as well: the text says what it was."""
    return law.in_force_on, law.ends_on, law.successor if law.ends_on else ""


def _digests(file: LawFile) -> Mapping[int, str]:
    return {article.number: article_digest(article.text) for article in file.articles}


async def _held(row: LawText | None) -> dict[int, str]:
    if row is None:
        return {}
    return dict(await LawArticle.filter(law_id=row.id).values_list("number", "digest"))


async def _written(
    change: Change, actor: ActorOfRecord, file: LawFile, law: Imported, options: ImportOptions
) -> Imported:
    row, found = await _compared(file, law)
    if not found.is_news:
        return found
    held = await _held(row)
    if held:
        _check_replacing(row, file, found, options)
    if row is None:
        row = LawText(id=change.ids.new(), title=law.title, version_on=law.version_on)
        is_new = True
    else:
        await change.lock(LawText, row.id)
        is_new = False
    stale = [*found.changed, *found.gone]
    if stale:
        await LawArticle.filter(law_id=row.id, number__in=stale).delete()
    wanted = {*found.came, *found.changed}
    await LawArticle.bulk_create(
        LawArticle(
            id=change.ids.new(),
            law_id=row.id,
            number=article.number,
            text=article.text,
            digest=article_digest(article.text),
        )
        for article in file.articles
        if article.number in wanted
    )
    now_held = {**{one: held[one] for one in held.keys() - set(found.gone)}, **_digests(file)}
    row.in_force_on, row.repealed_on, row.successor = law.in_force_on, law.ends_on, law.successor or None
    row.digest, row.imported_by_id, row.imported_at = text_digest(now_held), actor.id, change.now
    await row.save(force_create=is_new)
    facts = {
        "title": law.title,
        "version_on": law.version_on.isoformat(),
        "in_force_on": law.in_force_on.isoformat(),
        "status": law.status,
        "articles": len(now_held),
        "replaced": [f"{number}:{held[number]}" for number in stale],
        "reason": options.reason,
    }
    await change.audit(row.id, actor, "law.import", facts)
    await bump_version(change.now)
    return found


def _check_replacing(row: LawText | None, file: LawFile, found: Imported, options: ImportOptions) -> None:
    """A text of the same version that differs is somebody's mistake: not replaced without a reason."""
    if row is None or options.reason:
        return
    added = () if file.part else found.came
    differing = sorted({*found.changed, *found.gone, *added})
    if differing:
        named = "、".join(str(number) for number in differing[:NAMED_AT_MOST])
        more = f"等 {len(differing)} 条" if len(differing) > NAMED_AT_MOST else ""
        text = f"《{found.title}》（{found.version_on} 版）已经导入过，第 {named} 条{more}与已有的不同"
        raise LawRefused(f"{text}；核实后确要替换的，加 --replace --reason 原因")
    begins_on, ends_on, _ = _dates(found)
    if row.in_force_on != begins_on or (row.repealed_on is not None and row.repealed_on != ends_on):
        text = f"《{found.title}》（{found.version_on} 版）已经导入过，施行或废止的日期与已有的不同"
        raise LawRefused(f"{text}；核实后确要替换的，加 --replace --reason 原因")
