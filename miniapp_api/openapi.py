"""The OpenAPI 3.1 document, written from the table, the types and the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from casework.complaints.profile import ComplaintPolicy
from kit.catalogue import Catalogue
from miniapp_api.open311 import operations as open311
from miniapp_api.operations import JSON, Given, Operation, Refusals, Who
from miniapp_api.personal_routes import GivenHere, Revocable
from miniapp_api.serving import ACT_HEADER, IF_MATCH
from miniapp_api.table import OPERATIONS

VERSION = "1.0"
PROBLEM_JSON = "application/problem+json"
_REF = "#/components/schemas/{name}"
_UUID = {"type": "string", "format": "uuid"}
_REFERENCE = {"type": "string", "pattern": "^[A-Z]{2,4}-[A-Z]{2}-[0-9]{6}-[0-9]{4,9}-[0-9A-Z]$"}
PATH_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "reference": _REFERENCE,
    "file_id": _UUID,
    "upload_id": _UUID,
    "account_id": _UUID,
    "draft_id": _UUID,
    "attached_id": _UUID,
    "document_id": _UUID,
    "request_id": _UUID,
    "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"},
    "service_code": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"},
    "service_request_id": {"type": "string", "pattern": "^[A-Za-z0-9]{1,40}$"},
    "slug": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,79}$"},
}
_EVERYWHERE: Refusals = (
    (400, "problem.bad_request"),
    (408, "problem.timeout"),
    (413, "problem.too_large"),
    (422, "problem.api.field"),
    (422, "problem.api.choice"),
    (422, "problem.api.too_long"),
    (422, "problem.api.too_many_items"),
    (500, "problem.internal"),
    (503, "problem.busy"),
    (503, "problem.stopping"),
)
_WITH_BODY: Refusals = (
    (415, "problem.unsupported_media_type"),
    (422, "problem.invalid_json"),
    (422, "problem.api.unknown_field"),
)
_RETRY = {429, 503, 507}
_SHORT = {
    b"casework.permits.lifecycle.State": b"ApplicationState",
    b"casework.complaints.lifecycle.State": b"CaseState",
    b"casework.inquiries.lifecycle.State": b"InquiryState",
}
"""Two types of one name are told apart by where they are from, which is nobody's business outside."""


class ProblemDetails(msgspec.Struct, frozen=True):
    """RFC 9457. `title` is one sentence for the person, `request_id` what to name when asking for help."""

    type: str
    title: str
    status: int
    request_id: str
    field: str | msgspec.UnsetType = msgspec.UNSET


def document_of(catalogue: Catalogue, policy: ComplaintPolicy, bureau: str) -> bytes:
    """The whole document as JSON. Categories are those of this bureau."""
    operations = documented()
    schemas = _schemas(operations, policy)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, catalogue)
    written = msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": catalogue.text("api.title", bureau=bureau),
                "version": VERSION,
                "description": catalogue.text("api.about"),
            },
            "servers": [{"url": "/"}],
            "tags": [
                {"name": tag, "description": catalogue.text(f"api.tag.{tag}")}
                for tag in dict.fromkeys(one.tag for one in operations)
            ],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {
                    "token": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": catalogue.text("api.token"),
                    }
                },
            },
        }
    )
    for name, short in _SHORT.items():
        written = written.replace(name, short)
    return written


def documented() -> tuple[Operation, ...]:
    """Everything of the API and of Open311."""
    return (*OPERATIONS, *open311.OPERATIONS)


def statuses_of(operation: Operation) -> dict[int, list[str]]:
    """Every status the operation can answer with, and the keys of the problems behind it."""
    found: dict[int, list[str]] = {given.status: [] for given in operation.gives}
    if operation.is_conditional:
        found[304] = []
    if not operation.speaks_problems:
        return found
    refusals = [*operation.refuses, *_EVERYWHERE]
    if operation.who is not Who.ANYBODY:
        refusals.append((401, "problem.api.sign_in_again"))
    if operation.pace is not None:
        refusals.append((429, operation.pace.problem))
    if operation.takes is not None:
        refusals += _WITH_BODY
    if operation.has_act:
        refusals.append((409, "problem.idempotency_conflict"))
    if operation.shown_by is not None:
        refusals.append((412, "problem.precondition_failed"))
    if "{" in operation.path and not any(status == 404 for status, _ in refusals):
        refusals.append((404, "problem.not_found"))
    for status, key in refusals:
        found.setdefault(status, []).append(key)
    return {status: list(dict.fromkeys(found[status])) for status in sorted(found)}


def _operation(one: Operation, catalogue: Catalogue) -> dict[str, Any]:
    given = {answer.status: answer for answer in one.gives}
    written: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": catalogue.text(f"api.operation.{one.name}"),
        "parameters": _parameters(one, catalogue),
        "responses": {
            str(status): _answer(one, given.get(status), status, keys, catalogue)
            for status, keys in statuses_of(one).items()
        },
    }
    if one.who is not Who.ANYBODY:
        written["security"] = [{"token": []}] if one.who is Who.TOKEN else [{"token": []}, {}]
    media = dict(one.takes_media)
    if one.takes is not None:
        media[JSON] = _reference_to(one.takes)
    if media:
        content: dict[str, Any] = {name: {"schema": schema} for name, schema in media.items()}
        if one.takes is not None:
            content[JSON] |= _example(catalogue, f"api.example.{one.name}.body")
        written["requestBody"] = {"required": True, "content": content}
    return written


def _parameters(one: Operation, catalogue: Catalogue) -> list[dict[str, Any]]:
    found = []
    for part in one.path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}").partition("}")[0]
            found.append(_parameter("path", name, _path_schema(one, name), catalogue, is_required=True))
    written = msgspec.json.schema(one.query)
    query = next(iter(written.get("$defs", {}).values()), written)
    for name, schema in query.get("properties", {}).items():
        is_required = name in query.get("required", ())
        found.append(_parameter("query", name, schema, catalogue, is_required=is_required))
    headers = [*one.headers, *([ACT_HEADER] if one.has_act else [])]
    headers += [IF_MATCH] if one.shown_by is not None else []
    for header in headers:
        found.append(
            _parameter("header", header.name, header.schema, catalogue, is_required=header.is_required)
        )
    return found


def _parameter(
    place: str, name: str, schema: Mapping[str, Any], catalogue: Catalogue, *, is_required: bool
) -> dict[str, Any]:
    written = {"name": name, "in": place, "required": is_required, "schema": dict(schema)}
    words = f"api.parameter.{name.replace('-', '_')}"
    if catalogue.has(words):
        written["description"] = catalogue.text(words)
    return written


def _path_schema(one: Operation, name: str) -> Mapping[str, Any]:
    if name == "purpose":
        return msgspec.json.schema(GivenHere if one.method == "PUT" else Revocable)
    return PATH_PARAMETERS.get(name, {"type": "string"})


def _answer(
    one: Operation, given: Given | None, status: int, keys: list[str], catalogue: Catalogue
) -> dict[str, Any]:
    headers = {"x-request-id": {"required": False, "schema": {"type": "string"}}}
    content: dict[str, Any] = {}
    if given is not None:
        headers |= {
            header.name: {"required": header.is_required, "schema": dict(header.schema)}
            for header in given.headers
        }
        content = {media: {"schema": schema} for media, schema in given.schemas.items()}
        if given.content is not None:
            example = _example(catalogue, f"api.example.{one.name}.answer")
            content[JSON] = {"schema": _reference_to(given.content)} | example
    if one.is_conditional and status in (200, 304):
        headers["etag"] = {"required": True, "schema": {"type": "string"}}
    if status in _RETRY:
        headers["retry-after"] = {"required": False, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
    if keys:
        content[PROBLEM_JSON] = {"schema": _reference_to(ProblemDetails)}
    words = [f"`/problems/{key.removeprefix('problem.')}`: {_sentence(catalogue, key)}" for key in keys]
    written: dict[str, Any] = {
        "description": "\n\n".join(words) or catalogue.text(f"api.status.{status}"),
        "headers": headers,
    }
    if content:
        written["content"] = content
    return written


def _example(catalogue: Catalogue, key: str) -> dict[str, Any]:
    """What such a body looks like, where the catalogue has one: YAML, so that it reads like a form."""
    return {"example": msgspec.yaml.decode(catalogue.text(key))} if catalogue.has(key) else {}


def _sentence(catalogue: Catalogue, key: str) -> str:
    """The sentence with its placeholders as they stand."""
    return catalogue.text(key, **{name: f"{{{name}}}" for name in catalogue.placeholders(key)})


def _reference_to(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REF.format(name=_name_of(kind))}


def _schemas(operations: Iterable[Operation], policy: ComplaintPolicy) -> dict[str, Any]:
    taken: set[type[msgspec.Struct]] = {one.takes for one in operations if one.takes is not None}
    told = {given.content for one in operations for given in one.gives if given.content is not None}
    wanted = sorted(taken | told | {ProblemDetails}, key=_name_of)
    _, found = msgspec.json.schema_components(wanted, ref_template=_REF)
    new_case = found.get("NewCase", {}).get("properties", {})
    if "category" in new_case:
        new_case["category"] = {"enum": [*policy.categories, None], "default": None}
    return found


def _name_of(kind: type[msgspec.Struct]) -> str:
    return kind.__name__
