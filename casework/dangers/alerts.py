"""Raising an alert: as rows for an `Intake`, or as a change of its own.

What one person says within half an hour of an open alert is the same danger: the words join it. Rows that come
through an `Intake` cannot look for such an alert; `paging.py` joins them before it pages anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.models import Model

from casework.actors import Actor, citizen, system
from casework.complaints.wording import kept
from casework.dangers.events import DangerAddedTo, DangerRaised
from casework.dangers.lifecycle import OPEN_STATES, State
from casework.dangers.models import DangerAlert
from casework.dangers.words import WORDS_AT_MOST, joined
from casework.people.merging import members
from kit.db import Change, Database

PLACE_AT_MOST = 300
MATCHED_AT_MOST = 100
ACT_AT_MOST = 80
SAME_DANGER = timedelta(minutes=30)


def new_alert_rows(
    db: Database,
    *,
    act: str,
    account_id: UUID | None,
    source: str,
    words: str,
    matched: Iterable[str],
    place_text: str | None = None,
    complaint_id: UUID | None = None,
    actor: Actor | None = None,
) -> tuple[DangerAlert, Model, Model]:
    """The unsaved rows of an alert: itself, the first entry of its audit chain, its event.

    `act` is the keyed name of the message or request. `matched` is what `find_danger` found. The first page is
    due at once.
    """
    at, id = db.clock.now(), db.ids.new()
    found = tuple(matched)
    alert = DangerAlert(
        id=id,
        act=_act(act),
        account_id=account_id,
        complaint_id=complaint_id,
        source=source,
        words=kept(words)[:WORDS_AT_MOST],
        matched="、".join(found)[:MATCHED_AT_MOST],
        place_text=_place(place_text),
        state=State.RAISED.value,
        revision=1,
        raised_at=at,
        pages=0,
        next_page_at=at,
    )
    facts: dict[str, object] = {
        "to": State.RAISED.value,
        "revision": 1,
        "content": {"source": source, "matched": len(found), "complaint_id": complaint_id},
    }
    entry = db.first_audit_row(id, _who(actor, account_id), "danger_alert.raise", facts)
    event = DangerRaised(alert_id=id, account_id=account_id, at=at, source=source)
    return alert, entry, db.event_row(event, id)


async def raise_alert(
    db: Database,
    *,
    act: str,
    account_id: UUID | None,
    source: str,
    words: str,
    matched: Iterable[str],
    place_text: str | None = None,
    complaint_id: UUID | None = None,
    actor: Actor | None = None,
) -> UUID | None:
    """Raise an alert, or add the words to the one this person has open. The same `act` does nothing twice.

    Returns the alert's id; None when nothing was found that means danger.
    """
    found = tuple(matched)
    if not found:
        return None
    rows = new_alert_rows(
        db,
        act=act,
        account_id=account_id,
        source=source,
        words=words,
        matched=found,
        place_text=place_text,
        complaint_id=complaint_id,
        actor=actor,
    )

    async def work(change: Change) -> bytes:
        return (await put_in(change, rows, _who(actor, account_id))).bytes

    return UUID(bytes=(await db.once(f"danger:{_act(act)}", b"", work)).result)


async def add_to_open_alert(
    db: Database, *, act: str, account_id: UUID, source: str, words: str = "", place_text: str | None = None
) -> bool:
    """Put what a person says next, where it is above all, into the alert they have open; whether there is one.

    Nobody has taken it yet: whoever was called once is called again at once, with the place.
    """
    actor = citizen(account_id)

    async def work(change: Change) -> bytes:
        more = DangerAlert(
            id=change.ids.new(),
            account_id=account_id,
            complaint_id=None,
            source=source,
            words=kept(words)[:WORDS_AT_MOST],
            matched="",
            place_text=_place(place_text),
            raised_at=change.now,
        )
        earlier = await open_alert_of(change, more)
        if earlier is None:
            return b""
        if earlier.state == State.RAISED.value and earlier.pages == 1:
            earlier.next_page_at = change.now
        await add_words(change, earlier, more, actor)
        return b"1"

    return bool((await db.once(f"danger:{_act(act)}", b"", work)).result)


async def put_in(change: Change, rows: tuple[DangerAlert, Model, Model], actor: Actor) -> UUID:
    """Write the rows of an alert inside a change, or join them to the alert that is open. Returns its id."""
    fresh = rows[0]
    again = await DangerAlert.get_or_none(act=fresh.act)
    if again is not None:
        return again.id
    earlier = await open_alert_of(change, fresh)
    if earlier is not None:
        await add_words(change, earlier, fresh, actor)
        return earlier.id
    for row in rows:
        await row.save(force_create=True)
    return fresh.id


async def open_alert_of(change: Change, fresh: DangerAlert) -> DangerAlert | None:
    """The open alert, raised shortly before by the same person, that `fresh` is about; locked.

    None also where both belong to complaints of their own: those are two things.
    """
    if fresh.account_id is None:
        return None
    found = DangerAlert.filter(
        account_id__in=list(await members(fresh.account_id)),
        state__in=[state.value for state in OPEN_STATES],
        raised_at__gte=fresh.raised_at - SAME_DANGER,
        raised_at__lte=fresh.raised_at,
    ).exclude(id=fresh.id)
    if fresh.complaint_id is not None:
        found = found.filter(Q(complaint_id__isnull=True) | Q(complaint_id=fresh.complaint_id))
    first = await found.order_by("raised_at", "id").first()
    if first is None or (first.raised_at, first.id) > (fresh.raised_at, fresh.id):
        return None
    locked = await change.lock(DangerAlert, first.id)
    return locked if locked is not None and locked.state != State.ENDED.value else None


async def add_words(change: Change, earlier: DangerAlert, more: DangerAlert, actor: Actor) -> None:
    """Put what `more` says into the earlier alert, which is locked; whoever has taken it is told soon.

    What says nothing new, the same message heard at two doors say, changes nothing.
    """
    said = more.words in earlier.words
    placed = more.place_text is None or more.place_text == earlier.place_text
    if said and placed and more.complaint_id in (None, earlier.complaint_id):
        return
    if not said:
        earlier.words = joined(earlier.words, more.words)
    earlier.place_text = more.place_text or earlier.place_text
    earlier.complaint_id = earlier.complaint_id or more.complaint_id
    known = earlier.matched.split("、")
    new = [word for word in more.matched.split("、") if word and word not in known]
    earlier.matched = "、".join([*known, *new])[:MATCHED_AT_MOST]
    if earlier.state == State.ACKNOWLEDGED.value:
        # `paging.py` tells whoever has it, and not after every single message.
        earlier.next_page_at = change.now
    earlier.revision += 1
    await earlier.save()
    facts: dict[str, object] = {
        "revision": earlier.revision,
        "content": {"source": more.source, "complaint_id": more.complaint_id},
    }
    await change.audit(earlier.id, actor, "danger_alert.add_words", facts)
    event = DangerAddedTo(alert_id=earlier.id, account_id=earlier.account_id, at=change.now)
    change.emit(event, earlier.id)


def _who(actor: Actor | None, account_id: UUID | None) -> Actor:
    if actor is not None:
        return actor
    return citizen(account_id) if account_id is not None else system()


def _place(text: str | None) -> str | None:
    return (kept(text)[:PLACE_AT_MOST] or None) if text else None


def _act(act: str) -> str:
    return act if len(act) <= ACT_AT_MOST else hashlib.sha256(act.encode()).hexdigest()
