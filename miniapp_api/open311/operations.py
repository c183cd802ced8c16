"""Open311's rows of the document. The routes are `blueprint.py`'s; a test holds the two against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args

import msgspec

from miniapp_api.open311.speaking import PARAMETER_AT_MOST, Format
from miniapp_api.operations import Given, Header, NoQuery, Operation, Who

_MEDIA = {"json": "application/json", "xml": "text/xml"}
_PROBLEM = "application/problem+json"
_XML: Mapping[str, Any] = {"type": "string", "contentMediaType": "text/xml"}
_TEXT: Mapping[str, Any] = {"type": "string"}
_MAYBE: Mapping[str, Any] = {"type": ["string", "null"]}
_DEGREES: Mapping[str, Any] = {"type": ["number", "null"]}

Jurisdiction = Annotated[str, msgspec.Meta(max_length=PARAMETER_AT_MOST)]
_MOMENT = (
    "[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    "(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])"
)
"""An empty one is as good as none: many clients send every parameter they know."""
Moment = Annotated[str, msgspec.Meta(pattern=f"^({_MOMENT})?$")]


class Plain(msgspec.Struct, frozen=True):
    """Parameters every reading understands. Others are left alone, as the standard asks."""

    jurisdiction_id: Jurisdiction | msgspec.UnsetType = msgspec.UNSET


class Filters(msgspec.Struct, frozen=True):
    """What a list is narrowed by."""

    jurisdiction_id: Jurisdiction | msgspec.UnsetType = msgspec.UNSET
    service_request_id: Annotated[str, msgspec.Meta(max_length=PARAMETER_AT_MOST)] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    service_code: Annotated[str, msgspec.Meta(max_length=PARAMETER_AT_MOST)] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    start_date: Moment | msgspec.UnsetType = msgspec.UNSET
    end_date: Moment | msgspec.UnsetType = msgspec.UNSET
    status: (
        Annotated[str, msgspec.Meta(pattern="^((open|closed)(,(open|closed))?)?$")] | msgspec.UnsetType
    ) = msgspec.UNSET


def _list_of(**fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": fields}}


_ERRORS = _list_of(code={"type": "integer"}, description=_TEXT)
_SERVICES = _list_of(
    service_code=_TEXT,
    service_name=_TEXT,
    description=_TEXT,
    metadata={"type": "boolean"},
    type={"const": "realtime"},
    keywords=_TEXT,
    group=_TEXT,
)
_REQUESTS = _list_of(
    service_request_id=_TEXT,
    status={"enum": ["open", "closed"]},
    status_notes=_TEXT,
    service_name=_TEXT,
    service_code=_TEXT,
    description=_TEXT,
    agency_responsible=_TEXT,
    requested_datetime=_TEXT,
    updated_datetime=_TEXT,
    expected_datetime=_MAYBE,
    address=_TEXT,
    lat=_DEGREES,
    long=_DEGREES,
)
_POSTED = _list_of(service_request_id=_TEXT, service_notice=_TEXT, account_id={"type": "null"})
_TOKENS = _list_of(service_request_id=_TEXT, token=_TEXT)
_OBJECT: Mapping[str, Any] = {"type": "object"}

_FORM: Mapping[str, Any] = {
    "type": "object",
    "required": ["service_code", "description", "address_string"],
    "properties": {
        "service_code": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"},
        "description": {"type": "string", "pattern": r"[A-Za-z0-9\u4e00-\u9fff]", "maxLength": 1_000},
        "address_string": {"type": "string", "pattern": r"[A-Za-z0-9\u4e00-\u9fff]", "maxLength": 200},
        "lat": {"type": "string", "pattern": r"^-?[0-8]?[0-9](\.[0-9]{1,6})?$"},
        "long": {"type": "string", "pattern": r"^-?(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,6})?$"},
        "api_key": {"type": "string", "maxLength": 200},
    },
}


def _answers(form: Format, status: int, schema: Mapping[str, Any], *refused: int) -> tuple[Given, ...]:
    media = _MEDIA[form]
    good = Given(status=status, schemas={media: schema if form == "json" else _XML})
    errors = {media: _ERRORS if form == "json" else _XML}
    # What leads to no route of ours is answered before the format is known.
    return (
        good,
        *(
            Given(
                status=one, schemas={**errors, _PROBLEM: _OBJECT} if one in (400, 404, 413, 503) else errors
            )
            for one in sorted({400, 404, 429, 503, *refused})
        ),
    )


def _both(
    name: str,
    method: str,
    path: str,
    schema: Mapping[str, Any],
    query: type[msgspec.Struct] = Plain,
    **more: Any,
) -> tuple[Operation, ...]:
    status, refused = (201, (403, 409, 413, 415)) if method == "POST" else (200, ())
    return tuple(
        Operation(
            method=method,
            path=f"/open311/v2{path}.{form}",
            name=f"open311_{name}_{form}",
            tag="open311",
            who=Who.ANYBODY,
            pace=None,
            query=query,
            gives=_answers(form, status, schema, *refused),
            speaks_problems=False,
            **more,
        )
        for form in get_args(Format)
    )


OPERATIONS: tuple[Operation, ...] = (
    *_both("discovery", "GET", "/discovery", _OBJECT, query=NoQuery),
    *_both("services", "GET", "/services", _SERVICES),
    *_both("service", "GET", "/services/{service_code}", _OBJECT),
    *_both("requests", "GET", "/requests", _REQUESTS, query=Filters),
    *_both(
        "post",
        "POST",
        "/requests",
        _POSTED,
        query=NoQuery,
        takes_media={"application/x-www-form-urlencoded": _FORM},
        headers=(
            Header(
                name="idempotency-key",
                schema={"type": "string", "pattern": "^[\\x21-\\x7e]+$", "minLength": 1, "maxLength": 128},
            ),
        ),
    ),
    *_both("request", "GET", "/requests/{service_request_id}", _REQUESTS),
    *_both("token", "GET", "/tokens/{service_request_id}", _TOKENS),
)
