"""Requests: posting one, following one by its unguessable id, and the list of what clerks released."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from math import isfinite

from sanic import HTTPResponse, Request
from sanic.request import RequestParameters

from casework.actors import citizen
from casework.complaints.filing import PLACE_AT_MOST, STORY_AT_MOST, NewComplaint, Source
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.place import Position
from casework.complaints.receipts import ReceiptKind, case_by_open311_id, submit_once
from casework.complaints.releasing import CoarseView, ReleaseFilter, ReleaseView, coarse_view, released
from casework.dangers.finding import find_danger
from casework.people.models import Account
from kit.http.rate_limit import by_address
from kit.problems import Forbidden, Invalid, NotFound, Problem
from kit.workflow import is_blank
from miniapp_api.open311.door import Open311Door
from miniapp_api.open311.services import LANDMARK, SINCE, SINCE_VALUES
from miniapp_api.open311.speaking import Format, Plain, answer, asked, check_jurisdiction

POSTS_PER_MINUTE, POSTS_PER_MINUTE_WITH_KEY = 6, 120
ID_AT_MOST = 40
SPAN = timedelta(days=90)
SAME_WITHIN = timedelta(minutes=10)
"""A client that names no Idempotency-Key and sends the same again within this time means the same request."""

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_FILTERS = frozenset({"service_request_id", "service_code", "start_date", "end_date", "status"})
_TAKEN = frozenset(
    {
        "api_key",
        "jurisdiction_id",
        "service_code",
        "description",
        "lat",
        "long",
        "address_string",
        "address_id",
        f"attribute[{LANDMARK}]",
        f"attribute[{SINCE}]",
    }
)
_CLOSED = frozenset(State) - OPEN_STATES
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_FORM = "application/x-www-form-urlencoded"


async def post_request(request: Request, door: Open311Door, form: Format) -> HTTPResponse:
    """POST requests. Names, mail and device of the sender are not kept; nothing is fetched from `media_url`."""
    if not request.headers.get("content-type", "").startswith((_FORM, "multipart/form-data")):
        raise Problem("problem.open311.form", 415)
    sent = _sent(request)
    check_jurisdiction(door, sent.get("jurisdiction_id"))
    await _admit(request, door, sent.get("api_key", ""))
    code = sent.get("service_code", "")
    if not code:
        raise Invalid("problem.open311.no_service", field="service_code")
    if code not in door.desk.policy.categories:
        raise NotFound("problem.open311.service")
    position, place = _place(sent)
    story = _story(door, sent)
    if door.misconduct.is_told_in(f"{story}\n{place}"):
        # Taken nowhere but where informants are protected: nothing of it is stored or logged.
        raise Invalid("problem.open311.misconduct", field="description")
    account = Account(id=door.desk.db.ids.new(), created_at=door.desk.db.clock.now())
    new = NewComplaint(
        account_id=account.id,
        story=story,
        source=Source.OPEN311,
        place_text=place,
        position=position,
        category=code,
    )
    key, body = _act(request, door, sent)
    filed = await submit_once(
        door.desk,
        door.keys,
        citizen(account.id),
        new,
        key=key,
        body=body,
        kind=ReceiptKind.OPEN311,
        beside=(account,),
    )
    row: Plain = {
        "service_request_id": filed.secret,
        "service_notice": _notice(door, story),
        "account_id": None,
    }
    return answer(form, "service_requests", "request", [row], 201)


async def list_requests(request: Request, door: Open311Door, form: Format) -> HTTPResponse:
    """GET requests: released ones of the last 90 days or of the span asked for; ids override everything else."""
    wanted = asked(request, door, _FILTERS)
    if ids := _several(wanted.get("service_request_id", "")):
        possible = tuple(one for one in ids if len(one) <= ID_AT_MOST)
        views = await released(door.desk, ReleaseFilter(public_ids=possible)) if possible else ()
        return answer(form, "service_requests", "request", [_released(door, view) for view in views])
    since, until = _span(wanted, door.desk.db.clock.now())
    found = ReleaseFilter(
        categories=frozenset(_several(wanted["service_code"])) if "service_code" in wanted else None,
        states=_states(wanted.get("status")),
        since=since,
        until=until,
    )
    rows = [_released(door, view) for view in await released(door.desk, found)]
    return answer(form, "service_requests", "request", rows)


async def show_request(request: Request, door: Open311Door, form: Format, id: str) -> HTTPResponse:
    """GET requests/<id>: by the id that posting gave, or a released one."""
    asked(request, door, frozenset())
    id = id.removesuffix(f".{form}")
    complaint_id = await case_by_open311_id(door.keys, id)
    if complaint_id is not None:
        view = await coarse_view(door.desk, complaint_id)
        if view is not None:
            return answer(form, "service_requests", "request", [_own(door, id, view)])
    views = await released(door.desk, ReleaseFilter(public_ids=(id[:ID_AT_MOST],)))
    if not views:
        raise NotFound("problem.open311.request")
    return answer(form, "service_requests", "request", [_released(door, views[0])])


async def show_token(request: Request, door: Open311Door, form: Format, token: str) -> HTTPResponse:
    """GET tokens/<token>: posting gives the id at once, so the token of a request is its id."""
    asked(request, door, frozenset())
    token = token.removesuffix(f".{form}")
    if await case_by_open311_id(door.keys, token) is None:
        raise NotFound("problem.open311.request")
    return answer(form, "service_requests", "request", [{"service_request_id": token, "token": token}])


async def _admit(request: Request, door: Open311Door, api_key: str) -> None:
    address = by_address(door.addresses.of(request))
    if not door.api_keys:
        await door.limit.take(
            "open311_post", address, per_minute=POSTS_PER_MINUTE, problem="problem.complaint.too_often"
        )
        return
    if not door.is_known(api_key):
        await door.limit.take("open311_key", address, per_minute=POSTS_PER_MINUTE)
        raise Forbidden("problem.open311.api_key")
    await door.limit.take("open311_post", f"key:{api_key}", per_minute=POSTS_PER_MINUTE_WITH_KEY)


def _sent(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, values in (request.form or RequestParameters()).items():
        # Names, mail, device and whatever else clients add are dropped here.
        if name not in _TAKEN:
            continue
        if len(values) > 1:
            raise Invalid("problem.open311.twice", field=name)
        if isinstance(values[0], str):
            found[name] = values[0].strip()
    return found


def _act(request: Request, door: Open311Door, sent: dict[str, str]) -> tuple[str, bytes]:
    said = "\n".join(f"{name}={value}" for name, value in sorted(sent.items()) if name != "api_key")
    body = said.encode("utf-8", "surrogatepass")
    who = sent.get("api_key") or by_address(door.addresses.of(request))
    named = request.headers.getall("idempotency-key", [])
    if named:
        if len(named) > 1 or not _IDEMPOTENCY_KEY.fullmatch(named[0]):
            raise Invalid("problem.open311.idempotency_key", field="Idempotency-Key")
        return f"open311:{who}:{named[0]}", body
    slot = int(door.desk.db.clock.now().timestamp() // SAME_WITHIN.total_seconds())
    return f"open311:{who}:{slot}:{hashlib.sha256(body).hexdigest()}", body


def _place(sent: dict[str, str]) -> tuple[Position | None, str]:
    latitude, longitude = sent.get("lat"), sent.get("long")
    text = sent.get("address_string", "")
    if sent.get("address_id"):
        raise Invalid("problem.open311.address_id", field="address_id")
    position = None
    if (latitude and longitude) or ((latitude or longitude) and is_blank(text)):
        try:
            position = Position(float(latitude or ""), float(longitude or ""), "wgs84")
        except ValueError:
            raise Invalid("problem.open311.position", field="lat") from None
        if not (isfinite(position.latitude) and isfinite(position.longitude)):
            raise Invalid("problem.open311.position", field="lat")
        if abs(position.latitude) > 90 or abs(position.longitude) > 180:
            raise Invalid("problem.open311.position", field="lat")
    elif is_blank(text):
        raise Invalid("problem.open311.no_place", field="address_string")
    landmark = sent.get(f"attribute[{LANDMARK}]", "")
    place = "；".join(one for one in (text, landmark) if one)
    if len(place) > PLACE_AT_MOST:
        raise Invalid("problem.open311.place_too_long", field="address_string", at_most=PLACE_AT_MOST)
    return position, place


def _story(door: Open311Door, sent: dict[str, str]) -> str:
    story = sent.get("description", "")
    if is_blank(story):
        raise Invalid("problem.open311.no_description", field="description")
    since = sent.get(f"attribute[{SINCE}]", "")
    if since and since not in SINCE_VALUES:
        raise Invalid("problem.open311.since", field=f"attribute[{SINCE}]")
    if since:
        story = f"{story}\n{door.text('open311.since.question')}{door.text(f'open311.since.{since}')}"
    if len(story) > STORY_AT_MOST:
        raise Invalid("problem.open311.too_long", field="description", at_most=STORY_AT_MOST)
    return story


def _notice(door: Open311Door, story: str) -> str:
    """What the sender is told: in danger the numbers first."""
    notice = door.text("open311.notice", phone=door.contact)
    if not find_danger(door.desk.policy.danger, story):
        return notice
    duty = door.text("open311.danger", numbers=door.text(door.danger_key), duty_phone=door.duty_phone)
    return f"{duty}{notice}"


def _own(door: Open311Door, id: str, view: CoarseView) -> Plain:
    return {
        "service_request_id": id,
        "status": _status(view.state),
        "status_notes": door.text(f"complaint.state.{view.state}"),
        "service_name": view.category_name,
        "service_code": view.category or "",
        "agency_responsible": door.agency,
        "requested_datetime": _w3(view.submitted_at),
        "updated_datetime": _w3(view.status_at),
        "expected_datetime": _w3(view.due_at)
        if view.due_at is not None and _status(view.state) == "open"
        else None,
        "lat": view.latitude,
        "long": view.longitude,
    }


def _released(door: Open311Door, view: ReleaseView) -> Plain:
    return {
        "service_request_id": view.public_id,
        "status": _status(view.state),
        "status_notes": door.text(f"complaint.state.{view.state}"),
        "service_name": view.category_name,
        "service_code": view.category or "",
        "description": view.description,
        "agency_responsible": door.agency,
        "requested_datetime": _w3(view.submitted_at),
        "updated_datetime": _w3(max(view.status_at, view.released_at)),
        "address": view.place_text,
        "lat": view.latitude,
        "long": view.longitude,
    }


def _status(state: State) -> str:
    return "open" if state in OPEN_STATES else "closed"


def _states(named: str | None) -> frozenset[State] | None:
    if named is None:
        return None
    words = _several(named)
    if not set(words) <= {"open", "closed"}:
        raise Invalid("problem.open311.status", field="status")
    states: frozenset[State] = frozenset()
    for word in words:
        states |= OPEN_STATES if word == "open" else _CLOSED
    return states


def _span(wanted: dict[str, str], now: datetime) -> tuple[datetime, datetime]:
    """The span asked for, or its last 90 days: more is not read at once."""
    since = _moment(wanted.get("start_date"), "start_date")
    until = _moment(wanted.get("end_date"), "end_date")
    if until is None:
        until = now if since is None else min(now, since + SPAN)
    earliest = until - SPAN
    return (earliest if since is None else max(since, earliest)), until


def _moment(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        # A "+" of a zone arrives as a space where a client did not escape it.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Invalid("problem.open311.moment", field=field) from None
    if at.tzinfo is None:
        raise Invalid("problem.open311.moment", field=field)
    # Before and after these nothing happened here; arithmetic with them must not leave the calendar.
    return at.astimezone(UTC) if _FIRST < at < _LAST else (_FIRST if at <= _FIRST else _LAST)


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())[:100]


def _w3(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
