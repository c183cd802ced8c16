"""Whether an entry's words are fit: lengths, local figures, where it leads, what it is about, how it is asked."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from content.interpretations.findings import Finding
from content.interpretations.views import EntryView
from nlp.normalise import normalise

LONGEST_ANSWER = 180
LONGEST_MORE = 300  # answer, more and citations together must fit one chat message
FEWEST_PHRASINGS = 3

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_STRAY = re.compile(r"[{}]")
_LINK = re.compile(r"((permit|complaint):[a-z0-9_-]+)?")
_SENSITIVE = re.compile(
    "罚款|处罚|并处|罚[0-9一二三四五六七八九十百千万两]|没收|拘留|吊销|警告|查封|扣押|强制拆除|强拆|赔偿|责任(?![人单区部])|刑事"
    "|[0-9一二三四五六七八九十百千万两]\\s*元|收费|费用|押金|缴款|交钱"
    "|[0-9一二三四五六七八九十两]\\s*(?:个?工作日|日|天|个月|年)(?:内|以内|之内)|期限|逾期|时效"
    "|复议|起诉|诉讼|听证|申辩|有权"
)
"""Words of money, penalties, deadlines and rights."""
# Particles and ways of asking that tell two phrasings apart without telling what is asked apart.
_FILLER = re.compile(
    "请问|想问一下|问一下|我想|可不可以|能不能|行不行|是不是|会不会|要不要|可以|怎么样|怎样|如何|[吗呢啊呀吧嘛了么的得地]"
)
_SAME = (("怎么", "咋"), ("怎么", "怎样"), ("什么", "啥"))


def word_findings(entry: EntryView, places: Collection[str] | None) -> Iterator[Finding]:
    """What is wrong with one entry's words; `places` are the links there are, None where nobody knows them."""
    yield from _lengths(entry)
    yield from _local(entry)
    if len(entry.phrasings) < FEWEST_PHRASINGS:
        yield Finding(entry.slug, "few_phrasings", f"问法不足 {FEWEST_PHRASINGS} 种")
    if not _LINK.fullmatch(entry.link) or (places is not None and entry.link and entry.link not in places):
        yield Finding(entry.slug, "unknown_place", f"“{entry.link}”不是能去的地方")
    found = _SENSITIVE.search(_said(entry, f"{entry.answer}\n{entry.more}"))
    if found and not entry.sensitive:
        text = f"答复说到“{found[0]}”，关系到钱款、处罚、期限或权利，要标为敏感"
        yield Finding(entry.slug, "not_sensitive", text)


def phrasing_findings(entries: Sequence[EntryView]) -> Mapping[str, list[Finding]]:
    """Phrasings with nothing to compare, the same twice, or nearly: by entry, said at the later one."""
    findings: dict[str, list[Finding]] = defaultdict(list)
    asked: dict[str, str] = {}
    nearly: dict[str, tuple[str, str]] = {}
    for entry in entries:
        for phrasing in (entry.question, *entry.phrasings):
            plain = normalise(phrasing)
            if not plain:
                text = f"问法“{phrasing}”没有可比较的字"
                findings[entry.slug].append(Finding(entry.slug, "empty_phrasing", text))
            elif plain in asked:
                text = f"问法“{phrasing}”已在 {asked[plain]} 里"
                findings[entry.slug].append(Finding(entry.slug, "duplicate_phrasing", text))
            else:
                asked[plain] = entry.slug
                core = _core(plain)
                slug, first = nearly.setdefault(core, (entry.slug, phrasing))
                if first != phrasing:
                    text = f"问法“{phrasing}”与 {slug} 里的“{first}”几乎一样"
                    findings[entry.slug].append(Finding(entry.slug, "near_duplicate", text))
    return findings


def _core(plain: str) -> str:
    """The characters left of a phrasing without particles, in no order; all of them where nothing would be left."""
    for one, other in _SAME:
        plain = plain.replace(other, one)
    return "".join(sorted(_FILLER.sub("", plain) or plain))


def _said(entry: EntryView, text: str) -> str:
    """The text with the words that stand in for the bureau's own figures."""
    return _PLACEHOLDER.sub(lambda found: entry.local.get(found[1], found[0]), text)


def _lengths(entry: EntryView) -> Iterator[Finding]:
    for what, text, longest in (("答复", entry.answer, LONGEST_ANSWER), ("补充", entry.more, LONGEST_MORE)):
        length = len(_said(entry, text))
        if length > longest:
            yield Finding(entry.slug, "too_long", f"{what} {length} 字，超过 {longest} 字")


def _local(entry: EntryView) -> Iterator[Finding]:
    text = f"{entry.answer}\n{entry.more}"
    named = dict.fromkeys(_PLACEHOLDER.findall(text))
    for name in named:
        if not entry.local.get(name, "").strip():
            yield Finding(entry.slug, "no_fallback", f"{{{name}}} 没有写画像未填时的说法（local）")
    if _STRAY.search(_PLACEHOLDER.sub("", text)):
        yield Finding(entry.slug, "no_fallback", "花括号里只能是小写英文的名称，如 {fee}")
    for name in entry.local:
        if name not in named:
            yield Finding(entry.slug, "unused_local", f"本地说法 {name} 没有用到")
