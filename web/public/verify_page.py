"""Is this permit genuine, and does it hold? For any phone, without script and without signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sanic import HTTPResponse, Request
from sanic.response import html

from casework.documents.register import VoidPaper, void_numbered
from casework.permits.credentials import Claims, Verdict, code_in, code_shown
from casework.permits.key_lists import digest_of, jwks_of, latest_list
from casework.permits.verifying import TYPED_AT_MOST, number_in, verify_token, verify_typed
from kit.clock import local, shown_end
from kit.http.conditional import conditional
from kit.http.headers import csp_nonce
from kit.http.rate_limit import by_address
from kit.problems import NotFound
from web.public.door import PublicDoor, door_of
from web.public.frame import frame_for
from web.public.screens import Fact
from web.public.verify_screens import AskPage, OfflinePage, VerdictPage

CHECKS_A_MINUTE = 120
"""From one address: a whole office behind one may check a market in the morning."""
LIST_CACHED = "public, max-age=60"
TONES = {"valid": "good", "not_yet": "soon", "expired": "soon", "replaced": "soon", "unrecorded": "soon"}
MARKS = {"valid": "✓", "not_yet": "…", "expired": "!", "replaced": "!", "unrecorded": "?"}
JSON_TYPE = "application/json; charset=utf-8"
OFFLINE_WORDS = "verify.offline.said"


async def show_form(request: Request) -> HTTPResponse:
    """GET /public/verify?q=…: the form, or what holds of the permit whose code or number was typed."""
    door = door_of(request)
    typed = str(request.args.get("q", "")).strip()
    if not typed:
        return _page(request, door, "verify.html", await _ask(door))
    await _count(request, door)
    if typed.count(".") == 2 or "/public/verify/" in typed:
        # What a scanner gave, pasted whole.
        return await _told(
            request, door, await _by_token(door, typed.partition("?")[0].rpartition("/")[2].strip())
        )
    found = await verify_typed(typed, door.clock)
    void = await void_numbered(number_in(typed[:TYPED_AT_MOST])) if found is None else None
    if void is not None:
        return await _told_void(request, door, void, typed[:TYPED_AT_MOST])
    if found is None and _wants_json(request):
        raise NotFound("problem.permit.not_found_typed")
    if found is None:
        wrong = door.catalogue.text("problem.permit.not_found_typed")
        page = await _ask(door, typed[:TYPED_AT_MOST], wrong)
        return _page(request, door, "verify.html", page, 404)
    # A number follows on the one before it: who counts through them must not gather the codes.
    knows_code = found.claims is not None and code_in(typed) == found.claims.jti
    return await _told(request, door, found, knows_code=knows_code)


async def show_verdict(request: Request, token: str) -> HTTPResponse:
    """GET /public/verify/{token or code}: where the QR code leads."""
    door = door_of(request)
    await _count(request, door)
    found = await verify_typed(token, door.clock) if code_in(token) is not None else None
    return await _told(request, door, found or await _by_token(door, token))


async def give_list(request: Request) -> HTTPResponse:
    """GET /public/verify/keys.json: the signed list (JWS, flattened JSON)."""
    row = await latest_list()
    if row is None:
        raise NotFound("problem.permit.no_key_list")
    response = HTTPResponse(row.content, content_type=JSON_TYPE)
    return conditional(
        request, response, f'W/"{row.number}"', cache_control=LIST_CACHED, vary="accept-encoding"
    )


async def give_keys(request: Request) -> HTTPResponse:
    """GET /public/verify/jwks.json: the keys alone (RFC 7517)."""
    body = msgspec.json.encode(jwks_of(door_of(request).keys.held()))
    response = HTTPResponse(body, content_type="application/jwk-set+json")
    return conditional(request, response, cache_control=LIST_CACHED, vary="accept-encoding")


async def give_offline(request: Request) -> HTTPResponse:
    """GET /public/verify/offline.html: one file, to be saved; it knows the keys of today."""
    door = door_of(request)
    page = OfflinePage(
        title=door.catalogue.text("verify.offline.title"),
        bureau=door.bureau.name,
        trusted=tuple(sorted(door.keys.held().good)),
        words=dict(door.catalogue.under(OFFLINE_WORDS)),
        nonce=csp_nonce(request),
    )
    return html(door.pages.render("public/offline.html", {"page": page}))


async def _told_void(request: Request, door: PublicDoor, void: VoidPaper, typed: str) -> HTTPResponse:
    if _wants_json(request):
        said = {
            "outcome": "void_paper",
            "sentence": _void_words(door, void),
            "checked_at": local(door.clock.now()).isoformat(timespec="seconds"),
            "void_paper": _void_as_json(void),
        }
        return HTTPResponse(msgspec.json.encode(said), content_type=JSON_TYPE)
    return _page(request, door, "verify.html", await _ask(door, typed, _void_words(door, void)))


def _void_words(door: PublicDoor, void: VoidPaper) -> str:
    name = "void_replaced" if void.replaced_by else "void"
    return door.catalogue.text(
        f"verify.{name}",
        number=void.number,
        paper=door.catalogue.text(f"document.name.{void.paper}"),
        at=_moment(door, void.voided_at),
        by=void.replaced_by,
    )


def _void_as_json(void: VoidPaper) -> dict[str, str]:
    return {
        "number": void.number,
        "voided_at": local(void.voided_at).isoformat(timespec="seconds"),
        "replaced_by": void.replaced_by,
    }


async def _by_token(door: PublicDoor, token: str) -> Verdict:
    return await verify_token(token, door.keys.held(), door.clock)


async def _count(request: Request, door: PublicDoor) -> None:
    await door.limits.take(
        "public-verify", by_address(door.addresses.of(request)), per_minute=CHECKS_A_MINUTE
    )


async def _ask(door: PublicDoor, typed: str = "", wrong: str = "") -> AskPage:
    row = await latest_list()
    text = door.catalogue.text
    return AskPage(
        title=text("verify.title"),
        typed=typed,
        wrong=wrong,
        most=TYPED_AT_MOST,
        list_said=text("verify.list_said", number=row.number, at=_moment(door, row.made_at)) if row else "",
    )


async def _told(
    request: Request, door: PublicDoor, found: Verdict, *, knows_code: bool = True
) -> HTTPResponse:
    now = door.clock.now()
    # Whoever holds the code holds a genuine permit, and yet a paper with a number that no longer counts.
    void = await void_numbered(found.claims.n) if found.claims is not None else None
    if _wants_json(request):
        said = _as_json(door, found, now)
        if void is not None:
            said["void_paper"] = _void_as_json(void)
        return HTTPResponse(msgspec.json.encode(said), content_type=JSON_TYPE)
    text, words = door.catalogue.text, _sentence(door, found)
    if void is not None:
        words = f"{words}{_void_words(door, void)}"
    page = VerdictPage(
        title=text("verify.title"),
        tone=TONES.get(found.outcome, "late"),
        mark=MARKS.get(found.outcome, "✗"),
        word=_word(door, found),
        words=words,
        facts=_facts(door, found.claims, knows_code=knows_code) if found.claims is not None else (),
        compare=text("verify.compare") if found.claims is not None else "",
        checked=text("verify.checked", at=f"{local(now):%Y-%m-%d %H:%M:%S}"),
        by=text("verify.by", bureau=door.bureau.name),
    )
    return _page(request, door, "verified.html", page)


def _word(door: PublicDoor, found: Verdict) -> str:
    if found.is_renewing:
        return door.catalogue.text("verify.word.renewing")
    what = found.ended.ending if found.ended is not None and found.outcome != "valid" else found.outcome
    return door.catalogue.text(f"verify.word.{what}")


def _sentence(door: PublicDoor, found: Verdict) -> str:
    text = door.catalogue.text
    if found.outcome == "fake":
        return text(f"verify.fake.{found.fault}", phone=door.bureau.phone)
    if found.ended is not None and found.outcome == "valid":
        return text("verify.said.to_be_replaced", at=_end(door, found.ended.at), by=found.ended.by)
    if found.ended is not None:
        return text(f"verify.ended.{found.ended.ending}", at=_moment(door, found.ended.at), by=found.ended.by)
    assert found.claims is not None  # noqa: S101 - whatever is not fake says something
    return text(
        "verify.said.renewing" if found.is_renewing else f"verify.said.{found.outcome}",
        from_at=_moment(door, found.claims.valid_from_at),
        until_at=_end(door, found.claims.valid_until_at),
        phone=door.bureau.phone,
    )


def _facts(door: PublicDoor, claims: Claims, *, knows_code: bool) -> tuple[Fact, ...]:
    text = door.catalogue.text
    area = text("verify.area", area=f"{claims.a:g}") if claims.a is not None else ""
    span = text(
        "verify.span",
        from_at=_moment(door, claims.valid_from_at),
        until_at=_end(door, claims.valid_until_at),
    )
    values = {
        "number": claims.n, "kind": claims.k, "holder": claims.h, "place": claims.p, "area": area, "valid": span,
        "code": code_shown(claims.jti) if knows_code else "",
    }  # fmt: skip
    return tuple(
        Fact(name=text(f"verify.fact.{name}"), words=words) for name, words in values.items() if words
    )


def _as_json(door: PublicDoor, found: Verdict, now: datetime) -> dict[str, Any]:
    """Codes for programs, and the sentence that people read."""
    said: dict[str, Any] = {
        "outcome": found.outcome,
        "word": _word(door, found),
        "sentence": _sentence(door, found),
        "checked_at": local(now).isoformat(timespec="seconds"),
    }
    if found.is_renewing:
        said["renewing"] = True
    if found.fault:
        said["fault"] = found.fault
    if found.ended is not None:
        said["ended"] = {
            "how": found.ended.ending,
            "at": local(found.ended.at).isoformat(timespec="seconds"),
            "replaced_by": found.ended.by,
        }
    if (claims := found.claims) is not None:
        said["permit"] = {
            "number": claims.n,
            "kind": claims.k,
            "holder": claims.h,
            "place": claims.p,
            "area_m2": claims.a,
            "valid_from": local(claims.valid_from_at).isoformat(timespec="seconds"),
            "valid_until": local(claims.valid_until_at).isoformat(timespec="seconds"),
            "list_digest": digest_of(claims.jti),
        }
    return said


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def _moment(door: PublicDoor, at: datetime) -> str:
    """A moment in words that no line breaks within a number."""
    here = local(at)
    return door.catalogue.text(
        "verify.moment", year=here.year, month=here.month, day=here.day, time=f"{here:%H:%M}"
    )


def _end(door: PublicDoor, at: datetime) -> str:
    """The same for when something ends: midnight belongs to the day before."""
    on, time = shown_end(at)
    return door.catalogue.text("verify.moment", year=on.year, month=on.month, day=on.day, time=time)


def _page(request: Request, door: PublicDoor, template: str, page: object, status: int = 200) -> HTTPResponse:
    """Never kept: it holds for the moment it was asked."""
    values = {"frame": frame_for(request, door), "page": page}
    return html(
        door.pages.render(f"public/{template}", values),
        status=status,
        headers={"cache-control": "no-store", "vary": "accept"},
    )
