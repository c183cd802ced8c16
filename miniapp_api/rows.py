"""How a row of the table is written."""

from __future__ import annotations

from miniapp_api.operations import READING, WRITING, Given, Handler, Header, Operation, Pace, Who

PREFIX = "/api/v1"
LOCATION = Header(name="location")
BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}


def row(
    method: str,
    path: str,
    name: str,
    handler: Handler,
    *gives: Given,
    tag: str,
    who: Who = Who.TOKEN,
    pace: Pace | None = None,
    **more: object,
) -> Operation:
    """One operation below `PREFIX`; without `gives` it answers 204, without `pace` it is counted by its method."""
    pace = pace or (READING if method == "GET" else WRITING)
    return Operation(
        method=method,
        path=PREFIX + path,
        name=name,
        tag=tag,
        who=who,
        pace=pace,
        handler=handler,
        gives=gives or (Given(status=204),),
        is_conditional=method == "GET" and name not in UNCONDITIONAL,
        **more,  # type: ignore[arg-type]
    )


UNCONDITIONAL = frozenset({"export", "permit_document", "penalty_paper", "identity_back"})
"""What is made anew each time, and whose opening leaves a trace."""
