"""An answer as chat text: the answer, the articles behind it, and the words that led to it."""

from collections.abc import Iterable

from content.interpretations.laws import chinese_number
from content.interpretations.views import Answer, Citation
from kit.catalogue import Catalogue

_MOST_MATCHED = 4


def render_answer(catalogue: Catalogue, answer: Answer) -> str:
    """The text to send for any band. Sensitive answers open with the question they answer."""
    if answer.band == "lost":
        return catalogue.text("qa.lost")
    if answer.band == "unsure" or answer.entry is None:
        lines = [catalogue.text("qa.unsure")]
        for number, suggestion in enumerate(answer.suggestions, start=1):
            lines.append(catalogue.text("qa.suggestion", number=number, question=suggestion.question))
        return "\n".join([*lines, catalogue.text("qa.unsure_how")])
    entry = answer.entry
    lines = [catalogue.text("qa.asked", question=entry.question)] if entry.sensitive else []
    lines.append(entry.answer)
    if entry.more:
        lines.append(entry.more)
    lines.append(catalogue.text("qa.basis", citations=citation_line(answer.citations)))
    if answer.matched:
        lines.append(catalogue.text("qa.matched", words="、".join(answer.matched[:_MOST_MATCHED])))
    if entry.sensitive:
        lines.append(catalogue.text("qa.not_this"))
    return "\n".join(lines)


def citation_line(citations: Iterable[Citation]) -> str:
    """《城市道路管理条例》第三十条、第三十一条；《行政处罚法》第三十三条"""
    articles: dict[str, list[str]] = {}
    for citation in citations:
        articles.setdefault(citation.law, []).append(f"第{chinese_number(citation.article)}条")
    return "；".join(f"《{law}》{'、'.join(numbers)}" for law, numbers in articles.items())
