"""What an answer looks like in chat: its text, and below it what can be tapped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from bot.phrases import Phrases
from bot.taps import Act, Tap, tap, tap_id
from content.interpretations.follow_up import BASIS
from content.interpretations.gists import Gists
from content.interpretations.leading import lead_of
from content.interpretations.render import render_basis, render_body
from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from kit.catalogue import Catalogue
from wechat.replies import MAX_TEXT_BYTES, shorten

SUGGESTED = 3
_GAP = "\u3000"
_REMEMBERED = 4_096
"""Rows of taps below answers that are kept at hand."""
_SHOWN = 256
"""Texts of answers that are kept: what many people ask in the same words is the same answer."""


class Answerer(Protocol):
    """Finds the entry a question asks for. Pure and fast: nothing is awaited."""

    @property
    def entries(self) -> Sequence[EntryView]:
        """All published entries."""
        ...

    def answer(self, text: str) -> Answer:
        """What to do with a question."""
        ...

    def answer_within(self, text: str, slugs: Collection[str]) -> Answer:
        """The same among these entries only."""
        ...

    def entry(self, slug: str) -> EntryView | None:
        """A published entry by its name."""
        ...


class AnswerTexts:
    """One per process. `public_url` is where our pages stand, without a slash at its end."""

    def __init__(self, catalogue: Catalogue, phrases: Phrases, gists: Gists, public_url: str) -> None:
        self._catalogue = catalogue
        self._say = phrases.say
        self._gists = gists
        self._public_url = public_url
        self._below = lru_cache(maxsize=_REMEMBERED)(self._acts)
        self._shown: dict[tuple[int, bool, bool, bool], tuple[Answer, str]] = {}

    def answered(
        self,
        answer: Answer,
        *,
        opens: bool = False,
        with_more: bool = False,
        also: Sequence[EntryView] = (),
        may_file: bool = True,
    ) -> str:
        """An entry with its articles and what can be done about it. `also`: entries asked for in the same message.

        `may_file` False: a complaint is offered elsewhere.
        """
        if also:
            return self._worded(answer, opens=opens, with_more=with_more, also=also, may_file=may_file)
        # Found by identity: what is published anew is answered by another object, so no text outlives its entry.
        key = (id(answer), opens, with_more, may_file)
        known = self._shown.get(key)
        if known is None or known[0] is not answer:
            if len(self._shown) >= _SHOWN:
                self._shown.clear()
            text = self._worded(answer, opens=opens, with_more=with_more, may_file=may_file)
            known = self._shown[key] = (answer, text)
        return known[1]

    def _worded(
        self,
        answer: Answer,
        *,
        opens: bool,
        with_more: bool,
        may_file: bool,
        also: Sequence[EntryView] = (),
    ) -> str:
        entry = answer.entry
        if entry is None:
            return ""
        if answer.reason == BASIS:
            return fitted(render_basis(self._catalogue, answer, self._gists), self._thumbs(entry))
        body = render_body(self._catalogue, answer, opens=opens, with_more=with_more)
        below = [self._say("qa.also", questions=self._listed(also))] if also else []
        below += [lead] if (lead := self._lead(entry, may_file=may_file)) else []
        is_open = opens or entry.sensitive
        return fitted(body, *below, self._thumbs(entry, not_this=is_open, more=not with_more))

    def more(self, entry: EntryView) -> str:
        """What an entry says beside its answer."""
        if not entry.more:
            return self._say("qa.no_more")
        return fitted(entry.more, self._thumbs(entry, more=False))

    def choice(self, lead: str, suggestions: Iterable[SuggestedQuestion], versions: Answerer) -> str:
        """Questions to choose from, each to be tapped or taken with its number."""
        lines = [lead]
        for number, one in enumerate(suggestions, start=1):
            entry = versions.entry(one.slug)
            shown = tap(one.question, tap_id(Tap("see", one.slug, entry.version if entry is not None else 0)))
            lines.append(self._say("qa.suggestion", number=number, question=shown))
        lines.append(self._say("qa.pick", none=self._tap(Tap("none"))))
        return "\n".join(lines)

    def leading(self, text: str, entry: EntryView) -> str:
        """A text with the way to the page that knows more than the entry, if there is one."""
        return fitted(text, self._lead(entry, may_file=False))

    def _listed(self, entries: Sequence[EntryView]) -> str:
        return "\n".join(tap(one.question, tap_id(Tap("see", one.slug, one.version))) for one in entries)

    def _lead(self, entry: EntryView, *, may_file: bool) -> str:
        """Where an entry leads: to a page about the permit, or into the dialogue of a complaint."""
        lead = lead_of(entry)
        if lead is None:
            return ""
        if lead.kind == "complaint":
            return self._tap(Tap("file", entry.slug, entry.version), "qa.tap.file_this") if may_file else ""
        return f'<a href="{self._public_url}{lead.href}">{self._say("qa.tap.permit")}</a>'

    def _thumbs(self, entry: EntryView, *, not_this: bool = False, more: bool = True) -> str:
        acts: list[Act] = ["useful", "useless"]
        acts += ["not_this"] if not_this else []
        acts += ["more"] if more and entry.more else []
        return self._below(tuple(acts), entry.slug, entry.version)

    def _acts(self, acts: tuple[Act, ...], slug: str, version: int) -> str:
        return _GAP.join(self._tap(Tap(act, slug, version)) for act in acts)

    def _tap(self, tapped: Tap, label: str = "") -> str:
        return tap(self._say(f"qa.tap.{tapped.act}"), tap_id(tapped), self._say(label) if label else "")


def fitted(text: str, *below: str) -> str:
    """The text with the lines below it, within what the platform shows: a long text is cut, what is tapped never."""
    lines = "\n".join(one for one in below if one)
    ending = f"\n\n{lines}" if lines else ""
    return shorten(text, MAX_TEXT_BYTES - len(ending.encode())) + ending
