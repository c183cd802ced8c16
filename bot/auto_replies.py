"""The bureau profile's section `auto_replies`: what the account answered before this program took over.

Such an answer goes before the questions and answers, after the words of the bot itself: a keyword that is also
one of the bot's own words (投诉, 我的案件…) stays the bot's.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
"""600 Chinese characters are 1,800 bytes: what a passive reply shows, with room for a link."""
Phrase = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class AutoReply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: any of the keywords brings the answers. `exact`: the message is the keyword; else it contains it.

    `say` "all" gives every answer in one reply, "one" any of them.
    """

    name: str = ""
    exact: tuple[Phrase, ...] = ()
    contains: tuple[Phrase, ...] = ()
    answers: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=5)]
    say: Literal["all", "one"] = "all"

    def __post_init__(self) -> None:
        if not self.exact and not self.contains:
            raise ValueError("自动回复至少要有一个关键词，写在 exact（全匹配）或 contains（半匹配）里")


class AutoRepliesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `auto_replies`. `on_follow` stands before our own welcome; `otherwise` before "that I do not know"."""

    on_follow: Text | None = None
    otherwise: Text | None = None
    keywords: tuple[AutoReply, ...] = ()


class AutoReplies:
    """Finds the answer to a message. One per process; nothing is looked up outside."""

    def __init__(self, section: AutoRepliesSection, rng: random.Random | None = None) -> None:
        self._exact: dict[str, AutoReply] = {}
        self._contains: list[tuple[str, AutoReply]] = []
        self._rng = rng or random.Random()  # noqa: S311 - which of several greetings is shown
        self.on_follow = section.on_follow or ""
        self.otherwise = section.otherwise or ""
        for rule in section.keywords:
            for word in rule.exact:
                self._exact.setdefault(_plain(word), rule)
            self._contains += [(_plain(word), rule) for word in rule.contains]

    def find(self, text: str) -> str:
        """The answer, "" when no rule speaks about it. The whole message goes before a part of it."""
        if not self._exact and not self._contains:
            return ""
        plain = _plain(text)
        rule = self._exact.get(plain)
        if rule is None:
            rule = next((one for word, one in self._contains if word in plain), None)
        if rule is None:
            return ""
        return self._rng.choice(rule.answers) if rule.say == "one" else "\n\n".join(rule.answers)


def _plain(text: str) -> str:
    """Without differences nobody means: full width, case, blanks round it."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class Imported(msgspec.Struct, frozen=True):
    """A section made from the platform's, and what could not be taken over: (rule's name, kind of answer)."""

    section: dict[str, Any]
    left_out: tuple[tuple[str, str], ...]


_TEXT_AT_MOST = 600
_ANSWERS_AT_MOST = 5
ON_FOLLOW, OTHERWISE = "on_follow", "otherwise"


def imported(found: Mapping[str, Any]) -> Imported:
    """What get_current_autoreply_info says, as the section's YAML wants it. Pictures and films are left out."""
    section: dict[str, Any] = {}
    left_out: list[tuple[str, str]] = []
    for name, key, switch in (
        (ON_FOLLOW, "add_friend_autoreply_info", "is_add_friend_reply_open"),
        (OTHERWISE, "message_default_autoreply_info", "is_autoreply_open"),
    ):
        reply = found.get(key)
        if not isinstance(reply, Mapping) or not found.get(switch):
            continue
        text = _text_of(reply)
        if text:
            section[name] = text
        else:
            left_out.append((name, str(reply.get("type", ""))))
    keywords = []
    for rule in _listed(found.get("keyword_autoreply_info")) if found.get("is_autoreply_open") else ():
        taken = _rule(rule, left_out)
        if taken is not None:
            keywords.append(taken)
    if keywords:
        section["keywords"] = keywords
    return Imported(section, tuple(left_out))


def _rule(rule: Mapping[str, Any], left_out: list[tuple[str, str]]) -> dict[str, Any] | None:
    name = str(rule.get("rule_name", "")).strip()
    answers: list[str] = []
    for reply in _entries(rule.get("reply_list_info")):
        text = _text_of(reply)
        if text and len(answers) < _ANSWERS_AT_MOST:
            answers.append(text)
        else:
            left_out.append((name, str(reply.get("type", ""))))
    taken: dict[str, Any] = {"name": name}
    for field, mode in (("exact", "equal"), ("contains", "contain")):
        words = [
            str(word.get("content", "")).strip()[:60]
            for word in _entries(rule.get("keyword_list_info"))
            if word.get("type", "text") == "text" and word.get("match_mode") == mode
        ]
        if kept := [word for word in words if word]:
            taken[field] = kept
    if not answers or len(taken) == 1:
        return None
    return taken | {"answers": answers, "say": "all" if rule.get("reply_mode") == "reply_all" else "one"}


def _text_of(reply: Mapping[str, Any]) -> str:
    """A text, or a list of articles as lines that can be tapped; "" for what only the platform can send."""
    if reply.get("type") == "text":
        return str(reply.get("content", "")).strip()[:_TEXT_AT_MOST]
    lines = [
        f'<a href="{one["content_url"]}">{one.get("title", "")}</a>'
        for one in _listed(reply.get("news_info"))
        if str(one.get("content_url", "")).startswith(("http://", "https://"))
    ]
    text = "\n".join(lines)
    return text if len(text) <= _TEXT_AT_MOST else ""


def _listed(holder: object) -> list[Mapping[str, Any]]:
    return _entries(holder.get("list")) if isinstance(holder, Mapping) else []


def _entries(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
