"""Where an answer leads: to the application for a permit, or to a complaint of one group."""

from __future__ import annotations

from typing import Literal, cast

import msgspec

from content.interpretations.views import EntryView

LeadKind = Literal["permit", "complaint"]
_PAGES: dict[str, str] = {"permit": "/h5/permits?kind=", "complaint": "/h5/file?group="}


class Lead(msgspec.Struct, frozen=True):
    """`code` is the kind of permit or the group of complaints; `href` is that page of the citizens' site."""

    kind: LeadKind
    code: str
    href: str


def lead_of(entry: EntryView) -> Lead | None:
    """Where this entry leads, if anywhere. What is not known here leads nowhere: an answer never fails for it."""
    kind, _, code = entry.link.partition(":")
    if kind not in _PAGES or not code:
        return None
    return Lead(cast("LeadKind", kind), code, _PAGES[kind] + code)
