"""What can be reported: the bureau's categories as GeoReport services, and what is asked about each."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.complaints.profile import Category
from kit.problems import NotFound
from miniapp_api.open311.door import Open311Door
from miniapp_api.open311.speaking import Format, Plain, answer, answer_one, asked

LANDMARK, SINCE = "landmark", "since"
SINCE_VALUES = ("now", "days", "weeks", "always")


async def show_discovery(request: Request, door: Open311Door, form: Format) -> HTTPResponse:
    """GET discovery: where this door is and what it speaks."""
    endpoint: Plain = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": f"{door.public_url}/open311/v2",
        "changeset": "2026-11-23T00:00:00Z",
        "type": "production",
        "formats": ["application/json", "text/xml"] if form == "json" else "application/json text/xml",
    }
    contact = door.text("open311.discovery.contact", agency=door.agency, phone=door.contact)
    key_service = door.text(f"open311.discovery.{'keys' if door.api_keys else 'no_keys'}")
    return answer_one(
        form,
        "discovery",
        {
            "changeset": "2026-11-23T00:00:00Z",
            "contact": contact,
            "key_service": key_service,
            "jurisdiction_id": door.jurisdiction,
            "endpoints": [endpoint],
        },
    )


async def list_services(request: Request, door: Open311Door, form: Format) -> HTTPResponse:
    """GET services."""
    asked(request, door, frozenset())
    rows: list[Plain] = [_service(door, one) for one in door.desk.policy.categories.values()]
    return answer(form, "services", "service", rows)


async def define_service(request: Request, door: Open311Door, form: Format, code: str) -> HTTPResponse:
    """GET services/<code>: the questions of a service. All may be left unanswered."""
    asked(request, door, frozenset())
    code = code.removesuffix(f".{form}")
    if code not in door.desk.policy.categories:
        raise NotFound("problem.open311.service")
    attributes: list[Plain] = [
        {
            "variable": True,
            "code": LANDMARK,
            "datatype": "string",
            "required": False,
            "datatype_description": door.text("open311.landmark.hint"),
            "order": 1,
            "description": door.text("open311.landmark.question"),
        },
        {
            "variable": True,
            "code": SINCE,
            "datatype": "singlevaluelist",
            "required": False,
            "datatype_description": door.text("open311.since.hint"),
            "order": 2,
            "description": door.text("open311.since.question"),
            "values": [{"key": key, "name": door.text(f"open311.since.{key}")} for key in SINCE_VALUES],
        },
    ]
    return answer_one(form, "service_definition", {"service_code": code, "attributes": attributes})


def _service(door: Open311Door, category: Category) -> Plain:
    group = door.desk.policy.groups[category.group]
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": group.plain,
        "metadata": True,
        "type": "realtime",
        "keywords": ", ".join(category.keywords[:12]),
        "group": group.name,
    }
