"""What must be so before an application is decided: what was looked at, who had a say, why it is late, what may be granted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from casework.actors import Actor
from casework.complaints.place import Position
from casework.complaints.wording import REASON_AT_MOST, digest, kept, optional
from casework.permits import co_signing, facts
from casework.permits.clashes import Clash, clashes
from casework.permits.clocks import is_paused
from casework.permits.co_signing import is_late, organ_name, organ_of
from casework.permits.desk import PermitDesk
from casework.permits.kinds import PermitKind
from casework.permits.lifecycle import CoSignatureState, State
from casework.permits.models import CoSignature, PermitApplication
from casework.permits.survey_models import PermitSurvey
from casework.permits.surveying import last_survey
from casework.permits.values import AREA_MOST_M2
from casework.permits.wording import require_public
from casework.roles import Role
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid

TERMS_AT_MOST, TERM_AT_MOST = 20, 500
DAYS_MOST = 36_500
LATE = "late_reason"
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
TYPING = timedelta(minutes=30)
"""So long a beginning that was typed as "now" counts as now: forms are filled in and papers looked at first."""
_LOCK = 0x7065726D6974
"""Of PostgreSQL's advisory locks ('permit' in ASCII): permits of one ground are granted one after the other."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What is granted. What is left out is as asked for: the time, the area (or what was measured where less fits), the place.

    `terms` are printed beside those of the kind. Each reason is needed only where it says so: `clash_reason` to grant over
    another permit (the head), `co_signer_reason` to grant without an organ's answer or against it, `late_reason` past a
    promise. Reasons may be given where none is needed; they are not kept then.
    """

    from_at: datetime | None = None
    until_at: datetime | None = None
    area_m2: float | None = None
    place_text: str = ""
    terms: tuple[str, ...] = ()
    clash_reason: str = ""
    co_signer_reason: str = ""
    late_reason: str = ""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is granted in the end, with everything filled in."""

    from_at: datetime
    until_at: datetime
    area_m2: float | None
    place_text: str
    outline: str | None
    terms: tuple[str, ...]


async def require_ready(desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication) -> None:
    """The clocks run, the record of the place is complete, and somebody else than its officers decides."""
    if await is_paused(row):
        raise Conflict("problem.permit.is_paused")
    survey = await last_survey(row.id)
    if survey is None or survey.recorded_at is None:
        return
    if survey.confirmed_by_id is None and row.state == State.SURVEYED:
        raise Conflict("problem.permit.survey_unconfirmed")
    if desk.section.four_eyes and actor.id in (survey.officer_id, survey.second_officer_id):
        raise Forbidden("problem.permit.four_eyes")


async def require_fit(kind: PermitKind | None, row: PermitApplication) -> PermitSurvey | None:
    """The record on which it may be granted; None for a kind that needs none. Raises Conflict."""
    survey = await last_survey(row.id)
    is_recorded = survey is not None and survey.recorded_at is not None and row.state == State.SURVEYED
    if kind is not None and kind.has_survey and not is_recorded:
        raise Conflict("problem.permit.not_surveyed")
    if not is_recorded or survey is None:
        return None
    if survey.outcome == "unfit":
        raise Conflict("problem.permit.unfit")
    return survey


async def keep_late_reason(change: Change, row: PermitApplication, said: str) -> None:
    """Write why it is late into the row. Raises Invalid where it is and nobody said."""
    reason = optional(said, field="late_reason", at_most=REASON_AT_MOST)
    require_public(reason)
    if reason is not None and facts.missed(row, change.now):
        row.late_reason, row.late_reason_at = reason, change.now
    if facts.missed(row, change.now) and await facts.late_reason_of(row, change.now) is None:
        raise Invalid("problem.permit.late_reason", field="late_reason")


async def require_co_signed(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, said: str
) -> tuple[str, ...]:
    """What the organs asked for, as terms. Raises Conflict, Forbidden or Invalid naming the organ that stands against it.

    Whoever is past their limit is passed over for a reason; without an approval that the law asks for only the head does so.
    """
    reason = optional(said, field="co_signer_reason", at_most=REASON_AT_MOST)
    terms: list[str] = []
    for one in await co_signing.asked_of(row.id):
        organ = organ_name(desk, row, one)
        if one.state == CoSignatureState.ASKED:
            await _pass_over(desk, change, actor, row, one, reason)
        elif one.opinion == "refused":
            _require_against(desk, actor, row, one, reason)
        elif one.opinion == "agreed_with_terms" and one.words:
            text = desk.documents.catalogue.text("permit_paper.co_signer_term", organ=organ, words=one.words)
            terms.append(text)
    return tuple(terms)


def scope_of(
    kind: PermitKind | None,
    row: PermitApplication,
    survey: PermitSurvey | None,
    wish: Grant,
    now: datetime,
    more_terms: tuple[str, ...] = (),
) -> Scope:
    """What is granted in the end. Raises Invalid naming the field. Pure."""
    from_at, until_at = _span(row, wish, now)
    most = timedelta(days=kind.term.days_most if kind is not None and kind.term is not None else DAYS_MOST)
    if row.wanted_from_at is not None and row.wanted_until_at is not None:
        most = min(most, row.wanted_until_at - row.wanted_from_at)
    if until_at - from_at > most:
        raise Invalid("problem.permit.granted_too_long", field="until_at", days=-(-most // _DAY))
    own = tuple(text for one in wish.terms if (text := kept(one)))
    if len(own) > TERMS_AT_MOST or any(len(one) > TERM_AT_MOST for one in own):
        raise Invalid("problem.permit.granted_terms", field="terms", at_most=TERMS_AT_MOST)
    place = optional(wish.place_text, field="place_text", at_most=300)
    return Scope(
        # Whoever renews in time has no gap: it holds from the decision, and the paper says so.
        from_at=min(from_at, now) if row.act == "renew" else from_at,
        until_at=until_at,
        area_m2=_area(kind, row, survey, wish),
        place_text=place or row.place_text,
        outline=survey.outline if survey is not None and survey.outline is not None else row.outline,
        terms=(*(kind.terms if kind is not None else ()), *own, *more_terms),
    )


def _span(row: PermitApplication, wish: Grant, now: datetime) -> tuple[datetime, datetime]:
    """From when until when, within what was applied for. A decision that comes after the wanted beginning moves that to now;
    whoever types a beginning types none that is past. What is changed goes on from its own beginning, what is renewed has
    no gap: theirs may be past.
    """
    from_at, until_at = wish.from_at or row.wanted_from_at, wish.until_at or row.wanted_until_at
    if from_at is not None and row.act == "new":
        if wish.from_at is not None and wish.from_at < now - TYPING:
            raise Invalid("problem.permit.granted_past", field="from_at")
        from_at = max(from_at, now)
    if from_at is None or until_at is None or until_at <= max(from_at, now):
        raise Invalid("problem.permit.granted_time", field="until_at")
    if row.act != "renew" and row.wanted_from_at is not None and from_at < row.wanted_from_at - _MINUTE:
        raise Invalid("problem.permit.granted_outside", field="from_at")
    if row.wanted_until_at is not None and until_at > row.wanted_until_at:
        raise Invalid("problem.permit.granted_outside", field="until_at")
    return from_at, until_at


async def require_free(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, scope: Scope, said: str
) -> tuple[Clash, ...]:
    """The permits granted over, for a reason of the head's. Raises Conflict. Others of the ground wait for this transaction."""
    kind = desk.section.kind(row.kind)
    if kind is None or not kind.clashes or row.latitude is None or row.longitude is None:
        return ()
    if change.is_postgres:
        await change.connection.execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])
    where = scope.outline or Position(row.latitude, row.longitude, "wgs84")
    out = {row.id, *([row.concerns_id] if row.concerns_id is not None else [])}
    found = await clashes(desk, where, scope.area_m2, scope.from_at, scope.until_at, leaving_out=out)
    over = tuple(one for one in found if one.about == "permit" and one.extent == "overlap")
    reason = optional(said, field="clash_reason", at_most=REASON_AT_MOST)
    is_reasoned = reason is not None and actor.holds(Role.HEAD, row.unit)
    if over and not is_reasoned:
        raise Conflict("problem.permit.clash", number=over[0].reference)
    first = None if is_reasoned else await _accepted_before(row, found)
    if first is not None:
        # Of several who could have it, whoever was accepted first (行政许可法 57).
        raise Conflict("problem.permit.earlier_first", field="clash_reason", reference=first.reference)
    return over


async def _accepted_before(row: PermitApplication, found: tuple[Clash, ...]) -> PermitApplication | None:
    """Somebody else's application for the same ground that was accepted earlier and is not decided."""
    ids = [one.id for one in found if one.about == "application" and one.extent == "overlap"]
    if not ids or row.accepted_at is None:
        return None
    rows = PermitApplication.filter(id__in=ids, accepted_at__lt=row.accepted_at, act__in=("new", "change"))
    others = [
        one
        for one in await rows.order_by("accepted_at")
        if one.holder_index is None or one.holder_index != row.holder_index
    ]
    return others[0] if others else None


async def _pass_over(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    one: CoSignature,
    reason: str | None,
) -> None:
    organ = organ_name(desk, row, one)
    if not is_late(one, change.now):
        raise Conflict("problem.permit.co_signature_waiting", organ=organ)
    if _is_approval(desk, row, one) and not actor.holds(Role.HEAD, row.unit):
        raise Forbidden("problem.permit.co_signature_silent_head", organ=organ)
    if reason is None:
        raise Invalid("problem.permit.co_signature_silent", field="co_signer_reason", organ=organ)
    await co_signing.pass_over(desk, change, actor, row, one, reason)


def _require_against(
    desk: PermitDesk, actor: Actor, row: PermitApplication, one: CoSignature, reason: str | None
) -> None:
    organ = organ_name(desk, row, one)
    if _is_approval(desk, row, one):
        raise Conflict("problem.permit.co_signature_refused", organ=organ)
    if reason is None or not actor.holds(Role.HEAD, row.unit):
        raise Forbidden("problem.permit.co_signature_refused_head", organ=organ)


def _is_approval(desk: PermitDesk, row: PermitApplication, one: CoSignature) -> bool:
    organ = organ_of(desk, row, one)
    return organ is None or organ.is_approval


def _area(
    kind: PermitKind | None, row: PermitApplication, survey: PermitSurvey | None, wish: Grant
) -> float | None:
    bounds = [AREA_MOST_M2]
    if row.area_m2 is not None:
        bounds.append(row.area_m2)
    if kind is not None and kind.area_most_m2 is not None:
        bounds.append(kind.area_most_m2)
    if survey is not None and survey.outcome == "fits_less" and survey.measured_area_m2 is not None:
        bounds.append(survey.measured_area_m2)
    most = min(bounds)
    if wish.area_m2 is None:
        return most if row.area_m2 is not None else None
    if not 0 < wish.area_m2 <= most:
        raise Invalid("problem.permit.granted_area", field="area", most=f"{most:g}")
    return wish.area_m2


def said(desk: PermitDesk, wish: Mapping[str, str]) -> dict[str, str | None]:
    """Reasons that were given, for the audit chain: those that are published as they are, others as digests."""
    given = {name: kept(words) for name, words in wish.items() if kept(words)}
    return {
        name if name == LATE else f"{name}_digest": words if name == LATE else digest(desk.sealer, words)
        for name, words in given.items()
    }


def keep_reasons(desk: PermitDesk, row: PermitApplication, wish: Grant) -> None:
    """Seal into the row why it is granted all the same: the chain only attests it."""
    given = {"clash_reason": kept(wish.clash_reason), "co_signer_reason": kept(wish.co_signer_reason)}
    if any(given.values()):
        text = msgspec.json.encode(given).decode()
        row.reasons_sealed = desk.sealer.seal(
            text, table="permit_application", column="reasons_sealed", row_id=row.id
        )
