"""Whether what an entry cites is in force, and until when."""

from collections.abc import Iterator
from datetime import date

from content.interpretations.findings import Finding
from content.interpretations.laws import LawIndex, article_label
from content.interpretations.views import Citation, EntryView

CITATION_KINDS = frozenset(
    {"dead_citation", "repealed_law", "old_version", "not_yet_in_force", "wrong_label"}
)
"""What makes a citation dead: it does not lead to an article in force, or not to the one it names."""


def citation_findings(entry: EntryView, laws: LawIndex, on: date) -> Iterator[Finding]:
    """What is wrong with the citations on the local day `on`: at most one finding of `CITATION_KINDS` for each."""
    if not entry.citations:
        yield Finding(entry.slug, "no_citation", "没有引用法条")
    for citation in entry.citations:
        dead = _dead(citation, laws, on)
        if dead is not None:
            yield Finding(entry.slug, *dead)
            continue
        note = laws.note(citation.law, citation.version_on, citation.article)
        if note is None or not note.gist.strip():
            yield Finding(entry.slug, "no_gist", f"{citation.label} 在法条索引里没有大意")
        if laws.digest(citation.law, citation.version_on, citation.article) is None:
            yield Finding(
                entry.slug, "no_digest", f"{citation.label} 还没有与官方文本核对过（chengguan laws digest）"
            )


def is_dead(citation: Citation, laws: LawIndex, on: date) -> bool:
    """Whether a citation does not lead to an article in force on the local day `on`."""
    return _dead(citation, laws, on) is not None


def coming_ends(entry: EntryView, laws: LawIndex, on: date) -> Iterator[Finding]:
    """When the entry, or a law it cites, will end."""
    if entry.valid_until_on is not None and entry.valid_until_on < on:
        yield Finding(entry.slug, "expired", f"有效期到 {entry.valid_until_on}，已经过了")
    elif entry.valid_until_on is not None:
        yield Finding(entry.slug, "ends_on", f"有效期到 {entry.valid_until_on}")
    for title, version_on in sorted({(one.law, one.version_on) for one in entry.citations}):
        standing = laws.standing(title, version_on, on)
        if standing.status == "in_force" and standing.ends_on is not None:
            by = f"由《{standing.successor}》" + ("新版" if standing.successor == title else "")
            text = f"《{title}》{standing.ends_on} 起{by if standing.successor else ''}不再有效，那天起不再这样答"
            yield Finding(entry.slug, "law_ends_on", text)


def _dead(citation: Citation, laws: LawIndex, on: date) -> tuple[str, str] | None:
    """(kind, sentence) where a citation does not lead to an article in force."""
    title = citation.law
    standing = laws.standing(title, citation.version_on, on)
    if standing.status == "superseded":
        if standing.successor == title:
            now = laws.current(title, on)
            told = f"，现行为 {now.version_on}" if now is not None else ""
            return "old_version", f"《{title}》引的是 {citation.version_on} 的版本{told}"
        ended = f"已于 {standing.ends_on} 废止" if standing.ends_on else "已不再有效"
        told = f"，应引《{standing.successor}》" if standing.successor else ""
        return "repealed_law", f"《{title}》{ended}{told}"
    if standing.status == "unknown":
        known = laws.laws.get(title)
        if known is not None:
            return "old_version", f"《{title}》引的是 {citation.version_on} 的版本，现行为 {known.version_on}"
        return "dead_citation", f"《{title}》不在法条索引里"
    if standing.status == "not_yet":
        return "not_yet_in_force", f"《{title}》{standing.begins_on} 才施行"
    if laws.note(title, citation.version_on, citation.article) is None:
        return "dead_citation", f"{citation.label} 不在法条索引里"
    if citation.label != article_label(title, citation.article):
        return "wrong_label", f"{citation.label} 与法名、条号不一致"
    return None
