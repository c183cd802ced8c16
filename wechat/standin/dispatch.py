"""The HTTP door of the pretended API: token, body, endpoint, answer, and the faults in between."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import BodyPartReader, web

from wechat.standin.call import JSON_TYPE, Answer, Binary, Call, Endpoint, Upload
from wechat.standin.courier import Courier
from wechat.standin.endpoints import ENDPOINTS
from wechat.standin.faults import AFTER_THE_WORK, Fault
from wechat.standin.ledger import CallRecord
from wechat.standin.platform import Platform
from wechat.standin.reading import read_json, text_of
from wechat.standin.refusals import Refusal, refusal_body, request_id
from wechat.standin.rights import may_call

PLATFORM = web.AppKey("platform", Platform)
COURIER = web.AppKey("courier", Courier)
STOPPING = web.AppKey("stopping", asyncio.Event)

FAULT = web.RequestKey("fault", str)  # the fault that will strike after the work, or ""
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_JSON_BYTES = 2 * 2**20
LARGEST_FILE_BYTES = 12 * 2**20
BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


def add_endpoints(app: web.Application) -> None:
    """Every endpoint answers both methods, the wrong one with the platform's refusal."""
    for endpoint in ENDPOINTS:
        app.router.add_route("*", endpoint.path, _door(endpoint))
    app.router.add_route("*", "/{root:cgi-bin|sns|wxa|wxaapi|customservice}/{rest:.*}", _unknown)


async def _unknown(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    at = platform.config.clock.now()
    refusal, rid = Refusal(40066, "invalid url"), request_id(at, platform.random)
    platform.record_call(CallRecord("(unknown)", refusal.code, at, "", rid, refusal.message))
    return _response(refusal_body(refusal, rid))


def _door(endpoint: Endpoint) -> Handle:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await _answer(request, endpoint)

    return guarded(endpoint.path, answer)


def guarded(path: str, handle: Handle) -> Handle:
    """`handle` behind the fault knobs of `path` and the slowness of the platform."""

    async def spoilt(request: web.Request) -> web.StreamResponse:
        platform = request.app[PLATFORM]
        fault = platform.faults.strike(path)
        request[FAULT] = fault.kind if fault is not None and fault.kind in AFTER_THE_WORK else ""
        if platform.switches.delay_ms:
            await _pause(request, platform.switches.delay_ms / 1000)
        if fault is not None and fault.kind not in AFTER_THE_WORK:
            spoiled = await _spoil_before(request, path, fault)
            if spoiled is not None:
                return spoiled
        response = await handle(request)
        return response if fault is None else await _spoil_after(request, response, fault)

    return spoilt


async def _answer(request: web.Request, endpoint: Endpoint) -> web.Response:
    platform = request.app[PLATFORM]
    at = platform.config.clock.now()
    rid = request_id(at, platform.random)
    openid = request.query.get("openid", "")
    try:
        call = await _read(request, endpoint)
        openid = platform.citizens.openid_behind(text_of(call.document, "touser") or openid)
        answer: Answer = endpoint.handler(call)
        code, message = 0, ""
    except Refusal as refusal:
        answer = refusal_body(refusal, rid)
        code, message = refusal.code, refusal.message
    platform.record_call(CallRecord(endpoint.path, code, at, openid, rid, message, request[FAULT]))
    return _response(answer, endpoint.says)


async def _read(request: web.Request, endpoint: Endpoint) -> Call:
    platform = request.app[PLATFORM]
    if request.method != endpoint.method:
        raise (
            Refusal(43002, "require POST method")
            if endpoint.method == "POST"
            else Refusal(43001, "require GET method")
        )
    app_id = platform.tokens.owner_of(request.query.get("access_token")) if endpoint.needs_token else ""
    check_rights(platform, endpoint, app_id)
    platform.quotas.spend(endpoint.path, app_id)
    document = read_json(await _body(request)) if endpoint.body == "json" else {}
    upload, form = await _upload(request) if endpoint.body == "file" else (None, {})
    push = request.app[COURIER].post
    origin = f"{request.scheme}://{request.host}"
    return Call(platform, endpoint.path, request.query, document, app_id, push, upload, origin, form)


def check_rights(platform: Platform, endpoint: Endpoint, app_id: str) -> None:
    """Whether the calling account may use the endpoint at all."""
    is_miniapp = bool(app_id) and app_id == platform.config.miniapp_app_id
    wanted = "miniprogram" if is_miniapp else "official"
    if app_id and endpoint.app not in (wanted, "either"):
        raise Refusal(48001, "api unauthorized")
    if (
        endpoint.app != "miniprogram"
        and not is_miniapp
        and not may_call(platform.account.kind, endpoint.path)
    ):
        raise Refusal(48001, "api unauthorized")
    if endpoint.changes and platform.account.is_limited:
        raise Refusal(50002, "user limited")


async def _body(request: web.Request) -> bytes:
    body = await request.content.read(LARGEST_JSON_BYTES + 1)
    while len(body) <= LARGEST_JSON_BYTES and (more := await request.content.read(LARGEST_JSON_BYTES)):
        body += more
    if len(body) > LARGEST_JSON_BYTES:
        raise Refusal(45002, "content size out of limit")
    return body


async def _upload(request: web.Request) -> tuple[Upload | None, dict[str, str]]:
    """The file called `media` and the text fields beside it."""
    form: dict[str, str] = {}
    upload = None
    if not request.content_type.startswith("multipart/"):
        raise Refusal(41005, "media data missing")
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                continue
            content = bytearray()
            while chunk := await part.read_chunk(2**16):
                content += chunk
                if len(content) > LARGEST_FILE_BYTES:
                    raise Refusal(45001, "media size out of limit")
            if part.name == "media" and upload is None:
                content_type = part.headers.get("Content-Type", "application/octet-stream")
                upload = Upload(bytes(content), content_type, part.filename or "")
            elif part.name and part.filename is None:
                form[part.name] = content.decode("utf-8", "replace")
    except ValueError:  # a body that is not the multipart it claims to be
        raise Refusal(41005, "media data missing") from None
    return upload, form


def _response(answer: Answer, says: str = JSON_TYPE) -> web.Response:
    if isinstance(answer, Binary):
        headers = {
            "Content-Type": answer.content_type,
            "Content-Disposition": f'attachment; filename="{answer.filename}"',
        }
        return web.Response(body=answer.content, headers=headers)
    return web.Response(body=msgspec.json.encode(answer), headers={"Content-Type": says})


async def _spoil_before(request: web.Request, path: str, fault: Fault) -> web.StreamResponse | None:
    """The answer of a fault that leaves nothing done; None when the call may go on."""
    platform = request.app[PLATFORM]
    if fault.kind == "latency":
        await _pause(request, fault.seconds)
        return None
    at = platform.config.clock.now()
    rid = request_id(at, platform.random)
    refusal = {
        "busy": Refusal(-1, "system error"),
        "token_40001": Refusal(40001, "invalid credential, access_token is invalid or not latest"),
    }.get(fault.kind)
    code = refusal.code if refusal is not None else 0
    platform.record_call(CallRecord(path, code, at, "", rid, "", fault.kind))
    if refusal is not None:
        return _response(refusal_body(refusal, rid))
    if fault.kind == "html_502":
        return web.Response(status=502, text=BAD_GATEWAY, content_type="text/html")
    if fault.kind == "hang":
        await _pause(request, None)
    return _reset(request)


async def _spoil_after(
    request: web.Request, response: web.StreamResponse, fault: Fault
) -> web.StreamResponse:
    """The answer of a fault that strikes when the work is already done."""
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    if fault.kind == "truncated_json":
        return web.Response(body=body[: max(1, len(body) // 2)], headers={"Content-Type": JSON_TYPE})
    if fault.kind == "text_plain":
        return web.Response(body=body, headers={"Content-Type": "text/plain"})
    if fault.kind == "reset_after":
        return _reset(request)
    return response


def _reset(request: web.Request) -> web.Response:
    """Cut the connection; the caller sees a reset instead of this response."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _pause(request: web.Request, seconds: float | None) -> None:
    """Wait, for ever with None, but no longer than the caller stays and the stand-in runs."""
    stopping = request.app[STOPPING]
    waited = 0.0
    while (seconds is None or waited < seconds) and not stopping.is_set():
        if request.transport is None or request.transport.is_closing():
            return
        step = 0.1 if seconds is None else min(0.1, seconds - waited)
        await asyncio.sleep(step)
        waited += step
