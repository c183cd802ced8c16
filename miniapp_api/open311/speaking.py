"""Answers in the caller's format, refusals in GeoReport's own form, and what a caller may ask."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, Literal
from xml.etree import ElementTree as ET

import msgspec
from sanic import HTTPResponse, Request
from sanic.exceptions import SanicException

from kit.http.rate_limit import by_address
from kit.problems import Invalid, NotFound, Problem
from miniapp_api.open311.door import Open311Door, door_of

Format = Literal["json", "xml"]
Plain = Mapping[str, object]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]

READS_PER_MINUTE = 120
PARAMETER_AT_MOST = 400
_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def spoken(form: Format) -> Callable[[Callable[..., Awaitable[HTTPResponse]]], Handler]:
    """A route in one format: limits reading by address, and answers refusals as GeoReport does."""

    def guard(route: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
        @wraps(route)
        async def answered(request: Request, **parts: str) -> HTTPResponse:
            door = door_of(request)
            try:
                address = by_address(door.addresses.of(request))
                await door.limit.take("open311", address, per_minute=READS_PER_MINUTE)
                return await route(request, door, form, **parts)
            except Problem as problem:
                return refusal(door, form, problem)
            except SanicException as error:
                return refusal(door, form, Problem("problem.bad_request", error.status_code))

        return answered

    return guard


def refusal(door: Open311Door, form: Format, problem: Problem) -> HTTPResponse:
    """One error with its code and one sentence. What does not fit is a 400 here: GeoReport knows no 422."""
    status = 400 if problem.status == 422 else problem.status
    sentence = door.text(problem.key, **problem.params)
    response = answer(form, "errors", "error", [{"code": status, "description": sentence}], status)
    if problem.retry_after_s is not None:
        response.headers["retry-after"] = str(problem.retry_after_s)
    return response


def answer(form: Format, root: str, item: str, rows: list[Plain], status: int = 200) -> HTTPResponse:
    """A list: in JSON as it is, in XML as `<root><item>…`."""
    if form == "json":
        return HTTPResponse(msgspec.json.encode(rows), status=status, content_type=_TYPES[form])
    top = ET.Element(root)
    for row in rows:
        _fill(ET.SubElement(top, item), row)
    return _xml(top, status)


def answer_one(form: Format, root: str, content: Plain) -> HTTPResponse:
    """A single thing: in JSON an object, in XML `<root>` with its fields."""
    if form == "json":
        return HTTPResponse(msgspec.json.encode(content), content_type=_TYPES[form])
    top = ET.Element(root)
    _fill(top, content)
    return _xml(top, 200)


def asked(request: Request, door: Open311Door, known: frozenset[str]) -> dict[str, str]:
    """The query's parameters, each at most once. Raises Invalid for a doubled one, NotFound for another jurisdiction.

    Parameters we do not know are left alone, as the standard asks of servers.
    """
    found: dict[str, str] = {}
    for name in (*known, "jurisdiction_id"):
        values = request.args.getlist(name, [])
        if len(values) > 1:
            raise Invalid("problem.open311.twice", field=name)
        if values and len(values[0]) > PARAMETER_AT_MOST:
            raise Invalid("problem.open311.parameter_too_long", field=name, at_most=PARAMETER_AT_MOST)
        if values and values[0].strip():
            found[name] = values[0].strip()
    check_jurisdiction(door, found.get("jurisdiction_id"))
    return found


def check_jurisdiction(door: Open311Door, named: str | None) -> None:
    """Raise NotFound for somebody else's jurisdiction; naming none means ours."""
    if named is not None and named.lower() != door.jurisdiction:
        raise NotFound("problem.open311.jurisdiction")


def _fill(element: ET.Element, content: Plain) -> None:
    for name, value in content.items():
        child = ET.SubElement(element, name)
        if isinstance(value, Mapping):
            _fill(child, value)
        elif isinstance(value, list | tuple):
            # "attributes" holds "attribute"s, "values" holds "value"s.
            for one in value:
                _fill(ET.SubElement(child, name.removesuffix("s")), one)
        elif isinstance(value, bool):
            child.text = "true" if value else "false"
        elif value is not None:
            child.text = _NOT_IN_XML.sub("", str(value))


def _xml(top: ET.Element, status: int) -> HTTPResponse:
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(top, encoding="utf-8")
    return HTTPResponse(body, status=status, content_type=_TYPES["xml"])
