"""An answer as chat text: the answer, the articles behind it, and the words that led to it."""

from collections.abc import Iterable

from content.interpretations.gists import Gists
from content.interpretations.laws import article_label, chinese_number
from content.interpretations.views import Answer, Citation
from kit.catalogue import Catalogue

_MOST_MATCHED = 4


def render_answer(catalogue: Catalogue, answer: Answer) -> str:
    """The text to send for any band, for a door without anything to tap. Sensitive answers open with their question."""
    if answer.band == "lost":
        return catalogue.text("qa.lost")
    if answer.band == "unsure" or answer.entry is None:
        lines = [catalogue.text("qa.unsure")]
        for number, suggestion in enumerate(answer.suggestions, start=1):
            lines.append(catalogue.text("qa.suggestion", number=number, question=suggestion.question))
        return "\n".join([*lines, catalogue.text("qa.unsure_how")])
    lines = [render_body(catalogue, answer, with_more=True)]
    if answer.entry.sensitive:
        lines.append(catalogue.text("qa.not_this"))
    return "\n".join(lines)


def render_body(catalogue: Catalogue, answer: Answer, *, opens: bool = False, with_more: bool = False) -> str:
    """What an answer says, without what may be done with it; "" for one without an entry.

    `opens`: the question it answers stands first, as it always does about money, penalties, deadlines or rights.
    """
    entry = answer.entry
    if entry is None:
        return ""
    lines = [catalogue.text("qa.asked", question=entry.question)] if opens or entry.sensitive else []
    lines.append(entry.answer)
    if with_more and entry.more:
        lines.append(entry.more)
    if answer.citations:
        lines.append(catalogue.text("qa.basis", citations=citation_line(answer.citations)))
    if answer.matched:
        lines.append(catalogue.text("qa.matched", words="、".join(answer.matched[:_MOST_MATCHED])))
    return "\n".join(lines)


def render_basis(catalogue: Catalogue, answer: Answer, gists: Gists) -> str:
    """The articles behind an answer, each with what it says in our own words."""
    if answer.entry is None:
        return ""
    lines = [catalogue.text("qa.basis_of", question=answer.entry.question)]
    for one in answer.citations:
        label = article_label(one.law, one.article)
        gist = gists.get((one.law, one.article), "")
        lines.append(catalogue.text("qa.basis_article", label=label, gist=gist) if gist else label)
    return "\n".join(lines)


def citation_line(citations: Iterable[Citation]) -> str:
    """《城市道路管理条例》第三十条、第三十一条；《行政处罚法》第三十三条"""
    articles: dict[str, list[str]] = {}
    for citation in citations:
        articles.setdefault(citation.law, []).append(f"第{chinese_number(citation.article)}条")
    return "；".join(f"《{law}》{'、'.join(numbers)}" for law, numbers in articles.items())
