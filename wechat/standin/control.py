"""The tester's door, `/_standin/...`: the ledger, the counts, the fault knobs, the switches."""

from typing import TypeVar

import msgspec
from aiohttp import web

from wechat.standin.demo import Template
from wechat.standin.dispatch import COURIER, PLATFORM
from wechat.standin.faults import FaultRequest, FaultsRefusedError
from wechat.standin.platform import PushSwitches

Asked = TypeVar("Asked")
LONGEST_DELAY_MS = 60_000


class CitizenRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Make a citizen known; `wrote` opens the 48-hour window, `consents` are counts per template."""

    openid: str
    name: str = ""
    followed: bool = True
    wrote: bool = False
    consents: dict[str, int] = {}
    miniapp_openid: str = ""
    unionid: str = ""
    phone_number: str = ""


class SwitchesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    copies: int | None = None
    spacing_seconds: float | None = None
    bad_signature: bool | None = None
    reorder: bool | None = None
    delay_ms: int | None = None
    mix: bool | None = None
    tries: int | None = None


def add_control(app: web.Application) -> None:
    app.router.add_get("/_standin/ledger", ledger)
    app.router.add_get("/_standin/calls", calls)
    app.router.add_get("/_standin/deliveries", deliveries)
    app.router.add_get("/_standin/faults", list_faults)
    app.router.add_post("/_standin/faults", set_fault)
    app.router.add_delete("/_standin/faults", clear_faults)
    app.router.add_get("/_standin/pushes", show_switches)
    app.router.add_post("/_standin/pushes", set_switches)
    app.router.add_post("/_standin/citizens", meet_citizen)
    app.router.add_post("/_standin/templates", add_template)
    app.router.add_post("/_standin/reset", reset)


async def ledger(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    after = _number(request.query.get("after", "0"))
    entries = platform.ledger.entries(request.query.get("openid"), after)
    return json_response({"entries": entries})


async def calls(request: web.Request) -> web.Response:
    return json_response(request.app[PLATFORM].calls.summary())


async def deliveries(request: web.Request) -> web.Response:
    openid = request.query.get("openid")
    found = [one for one in request.app[COURIER].deliveries if openid is None or one.openid == openid]
    return json_response({"deliveries": found})


async def list_faults(request: web.Request) -> web.Response:
    faults = [
        {
            "endpoint": one.endpoint,
            "kind": one.kind,
            "rate": one.rate,
            "times": one.left,
            "seconds": one.seconds,
        }
        for one in request.app[PLATFORM].faults.all()
    ]
    return json_response({"faults": faults})


async def set_fault(request: web.Request) -> web.Response:
    asked = await read_struct(request, FaultRequest)
    try:
        request.app[PLATFORM].faults.set(asked)
    except FaultsRefusedError as error:
        raise bad_request(str(error)) from None
    return await list_faults(request)


async def clear_faults(request: web.Request) -> web.Response:
    request.app[PLATFORM].faults.clear(request.query.get("endpoint"))
    return await list_faults(request)


async def show_switches(request: web.Request) -> web.Response:
    return json_response(switches_content(request.app[PLATFORM].switches))


async def set_switches(request: web.Request) -> web.Response:
    asked = await read_struct(request, SwitchesRequest)
    switches = request.app[PLATFORM].switches
    if asked.copies is not None:
        if not 1 <= asked.copies <= 5:
            raise bad_request("copies must lie between 1 and 5")
        switches.copies = asked.copies
    if asked.spacing_seconds is not None:
        if not 0 <= asked.spacing_seconds <= 60:
            raise bad_request("spacing_seconds must lie between 0 and 60")
        switches.spacing_s = asked.spacing_seconds
    if asked.delay_ms is not None:
        if not 0 <= asked.delay_ms <= LONGEST_DELAY_MS:
            raise bad_request(f"delay_ms must lie between 0 and {LONGEST_DELAY_MS}")
        switches.delay_ms = asked.delay_ms
    if asked.tries is not None:
        if not 0 <= asked.tries <= 5:
            raise bad_request("tries must lie between 0 (as configured) and 5")
        switches.tries = asked.tries
    for name in ("bad_signature", "reorder", "mix"):
        wanted = getattr(asked, name)
        if wanted is not None:
            setattr(switches, name, wanted)
    content = switches_content(switches)
    request.app[PLATFORM].feed.publish("", "switches", content)
    return json_response(content)


def switches_content(switches: PushSwitches) -> dict[str, object]:
    return {
        "copies": switches.copies,
        "spacing_seconds": switches.spacing_s,
        "bad_signature": switches.bad_signature,
        "reorder": switches.reorder,
        "delay_ms": switches.delay_ms,
        "mix": switches.mix,
        "tries": switches.tries,
    }


async def meet_citizen(request: web.Request) -> web.Response:
    asked = await read_struct(request, CitizenRequest)
    platform = request.app[PLATFORM]
    citizen = platform.citizens.meet(asked.openid, asked.name or asked.openid, followed=asked.followed)
    citizen.followed = asked.followed
    platform.citizens.known_as(
        citizen, miniapp_openid=asked.miniapp_openid, unionid=asked.unionid, phone_number=asked.phone_number
    )
    if asked.wrote:
        platform.citizens.wrote(citizen)
    for template_id, count in asked.consents.items():
        template = platform.templates.get(template_id)
        if template is None:
            raise bad_request(f"there is no template {template_id!r}")
        for _ in range(min(count, 100)):
            platform.citizens.consented(
                citizen, template_id, long_term=template.consent == "long_term", accepted=True
            )
    return json_response(
        {
            "openid": citizen.openid,
            "name": citizen.name,
            "followed": citizen.followed,
            "miniapp_openid": citizen.miniapp_openid,
            "unionid": citizen.unionid,
            "phone_number": citizen.phone_number,
        }
    )


async def add_template(request: web.Request) -> web.Response:
    template = await read_struct(request, Template)
    request.app[PLATFORM].templates[template.id] = template
    return json_response({"templates": list(request.app[PLATFORM].templates)})


async def reset(request: web.Request) -> web.Response:
    request.app[PLATFORM].reset()
    return json_response({"reset": True})


def json_response(content: object) -> web.Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return web.Response(body=msgspec.json.encode(content), headers=headers)


def bad_request(sentence: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=error_text(sentence), content_type="application/json")


def error_text(sentence: str) -> str:
    return msgspec.json.encode({"error": sentence}).decode()


async def read_struct(request: web.Request, kind: type[Asked]) -> Asked:
    return await read_with(request, msgspec.json.Decoder(kind))


async def read_with(request: web.Request, decoder: msgspec.json.Decoder[Asked]) -> Asked:
    """The JSON body. JSON is demanded by content type: a foreign page cannot send that unasked."""
    if request.content_type != "application/json":
        raise bad_request("send application/json")
    try:
        return decoder.decode(await request.read())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(str(error)) from None


def _number(text: str) -> int:
    if not text.isdigit():
        raise bad_request("after must be a whole number")
    return int(text)
