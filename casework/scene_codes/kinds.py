"""What a code on a sign can open."""

from __future__ import annotations

from enum import StrEnum


class SceneKind(StrEnum):
    """Each kind opens something of its own in chat and on the mobile pages."""

    STREET_CHIEF = "street_chief"
    PROJECT = "project"
    SIGN = "sign"
    ARTICLE = "article"


PREFIXES = {
    SceneKind.STREET_CHIEF: "st_",
    SceneKind.PROJECT: "pj_",
    SceneKind.SIGN: "sg_",
    SceneKind.ARTICLE: "ar_",
}
"""How codes of a kind begin, so that a list of them can be read."""
