"""The document is exact: every row has words, every problem a sentence and a status, every route a row."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from sanic import Sanic

from casework.permits.forms import Filled, faults, visible_materials
from casework.permits.kinds import PermitsSection
from kit.files.kinds import MAX_FILE_BYTES
from miniapp_api.blueprint import api_blueprint
from miniapp_api.docs_page import page_of
from miniapp_api.openapi import document_of, documented, statuses_of
from miniapp_api.operations import Operation, Who
from miniapp_api.serving import sanic_path
from miniapp_api.table import OPERATIONS
from tests import read_once
from tests.casework_setting import POLICY

CATALOGUE = read_once.catalogue()
WRITTEN = document_of(CATALOGUE, POLICY, "清水市城市管理执法局")
DOCUMENT: dict[str, Any] = msgspec.json.decode(WRITTEN)
SCHEMAS = DOCUMENT["components"]["schemas"]
EVERY = documented()


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def schemas_in(value: Any) -> list[Any]:
    if isinstance(value, dict):
        own = [value["schema"]] if "schema" in value else []
        return own + [one for inner in value.values() for one in schemas_in(inner)]
    return [one for inner in value for one in schemas_in(inner)] if isinstance(value, list) else []


def test_every_reference_leads_somewhere_and_every_type_is_used() -> None:
    named = {f"#/components/schemas/{name}" for name in SCHEMAS}
    assert references(DOCUMENT) == named


def test_every_schema_is_one() -> None:
    for schema in [*SCHEMAS.values(), *schemas_in(DOCUMENT["paths"])]:
        assert jsonschema_rs.meta.is_valid(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        )


def test_names_are_unique_and_every_path_parameter_is_described() -> None:
    names = [one["operationId"] for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names)) == len(EVERY)
    for path, methods in DOCUMENT["paths"].items():
        for one in methods.values():
            inside = {each["name"] for each in one["parameters"] if each["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))
            assert one["summary"]


def test_every_route_of_the_api_is_a_row_and_the_other_way_round() -> None:
    app = Sanic("document", configure_logging=False)
    try:
        app.blueprint(api_blueprint())
        app.finalize()
        routed = {f"{method} /{route.path}" for route in app.router.routes for method in route.methods}
    finally:
        Sanic.unregister_app(app)
    assert routed == {f"{one.method} {sanic_path(one)}" for one in OPERATIONS}


@pytest.mark.parametrize("operation", EVERY, ids=lambda one: one.name)
def test_what_an_operation_says_about_itself_is_whole(operation: Operation) -> None:
    answers = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
    statuses = statuses_of(operation)
    assert set(answers) == {str(status) for status in statuses}
    assert (operation.who is Who.ANYBODY) or 401 in statuses
    for status, keys in statuses.items():
        assert all(CATALOGUE.has(key) for key in keys)
        if status >= 400 and operation.speaks_problems:
            assert "application/problem+json" in answers[str(status)]["content"]


def test_what_is_taken_names_every_field_it_takes() -> None:
    for one in EVERY:
        if one.takes is not None:
            assert SCHEMAS[one.takes.__name__]["additionalProperties"] is False, one.name


def test_what_is_told_always_has_every_field() -> None:
    """A caller need not ask whether a field is there; what is not known is null or empty."""
    told = {given.content for one in OPERATIONS for given in one.gives if given.content is not None}
    for kind in told:
        schema = SCHEMAS[kind.__name__]
        assert set(schema["required"]) == set(schema["properties"]), kind


def test_nothing_of_the_platforms_secrets_has_a_field() -> None:
    fields = {name for schema in SCHEMAS.values() for name in schema.get("properties", {})}
    assert not fields & {"session_key", "openid", "unionid", "id_card", "assignee_id", "unit"}


def test_lengths_that_may_be_announced_are_exactly_those_that_are_taken() -> None:
    announced = DOCUMENT["paths"]["/api/v1/uploads/pieces"]["post"]["parameters"]
    pattern = next(one["schema"]["pattern"] for one in announced if one["name"] == "upload-length")
    tens = (10**power for power in range(9))
    edges = {
        n + step for n in (MAX_FILE_BYTES, 20_970_000, 20_971_000, 20_971_500, *tens) for step in (-1, 0, 1)
    }
    for number in (*edges, *range(20_900_000, 21_050_000, 37)):
        assert bool(re.search(pattern, str(number))) == (1 <= number <= MAX_FILE_BYTES), number


def test_what_stands_there_as_an_example_fits_its_own_type() -> None:
    """An applicant's body is whole: it goes through the form of the shipped kind, but for its files and its day."""
    found = 0
    for one in EVERY:
        written = DOCUMENT["paths"][one.path][one.method.lower()]
        bodies = [written.get("requestBody", {}), *written["responses"].values()]
        for content in (each for body in bodies for each in body.get("content", {}).values()):
            if "example" in content:
                found += 1
                whole = {**content["schema"], "components": DOCUMENT["components"]}
                jsonschema_rs.validate(whole, content["example"])
    assert found >= 12
    applied = DOCUMENT["paths"]["/api/v1/permits"]["post"]["requestBody"]["content"]["application/json"]
    kind = read_once.profile().section(PermitsSection).kind("stall")
    filled = msgspec.convert(
        {name: applied["example"][name] for name in ("answers", "values")}, Filled, strict=False
    )
    assert kind is not None
    assert faults(kind, filled, now=datetime(2026, 12, 1, tzinfo=UTC)) == {}
    assert {one.code for one in visible_materials(kind, filled) if one.required} == set(
        applied["example"]["materials"]
    )


def test_categories_are_those_of_the_bureau() -> None:
    assert SCHEMAS["NewCase"]["properties"]["category"]["enum"] == [*POLICY.categories, None]


def test_the_page_shows_every_operation_and_asks_nothing_of_anybody_else() -> None:
    page = page_of(WRITTEN, CATALOGUE).decode()
    for one in EVERY:
        assert f'id="{one.name}"' in page
        assert one.path in page
    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r"summary[^{}]*{[^}]*display", page), "what unfolds shows its mark"
    assert re.findall(r'(?:src|href)="(?!#|/api/v1/)', page) == []
