"""Addresses of cases; `back` carries the filters of the list along, so that the way back leads to the same list."""

from __future__ import annotations

from urllib.parse import urlencode

CORRECT = "/console/privacy/correct"
"""Below it, by reference: where what a case says of its owner is put right."""


def list_address(back: str) -> str:
    """The list somebody came from."""
    return "/console/cases" + (f"?{back}" if back else "")


def case_address(reference: str, back: str = "", **more: str) -> str:
    """The page of a case."""
    query = urlencode({name: value for name, value in {**more, "back": back}.items() if value})
    return f"/console/cases/{reference}" + (f"?{query}" if query else "")


def tab_address(place: str, tab: str, after: str | None = None) -> str:
    """A tab of a list with tabs, and its page after the key `after`."""
    query = {name: value for name, value in (("tab", tab), ("after", after or "")) if value}
    return f"{place}?{urlencode(query)}"


def move_address(reference: str, move: str) -> str:
    """Where the form of a move is sent."""
    return f"/console/cases/{reference}/{move}"


def photo_address(file_id: object, reference: str, *, small: bool = False) -> str:
    """A photo of a case; it is only given out to those who may see that case."""
    query = {"case": reference} | ({"size": "small"} if small else {})
    return f"/console/files/{file_id}?{urlencode(query)}"


def recording_address(file_id: object, reference: str) -> str:
    """Where the form is sent that asks for a voice message or a film."""
    return f"/console/cases/{reference}/recordings/{file_id}"
