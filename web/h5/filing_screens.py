"""What the form for a complaint shows, and the page after it, already in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from casework.complaints.filing import PHOTOS_AT_MOST, STORY_AT_MOST
from casework.people.consents import Purpose, agreed
from casework.scene_codes.queries import by_code
from kit.files.models import FileState, StoredFile
from web.h5.door import H5Door
from web.h5.filing_form import VOICES_AT_MOST, Fault, FilingForm
from web.h5.filing_questions import AskedQuestion, questions_of
from web.h5.frame import danger_numbers
from web.h5.screens import Fact, Link, Option
from web.h5.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A photo or a recording that has arrived; `small` is the address of a thumbnail once there is one."""

    id: str
    words: str
    small: str = ""


@dataclass(frozen=True, kw_only=True)
class FilingPage:
    """The form, as it was filled in. `faults` by the name of their field; `lead` is what is said first of all."""

    csrf_token: str
    act: str
    groups: tuple[Option, ...]
    group: str
    story: str
    place: str
    latitude: str
    longitude: str
    datum: str
    phone: str
    phone_agreed: bool
    code: str
    is_guest: bool
    photos: tuple[SentFile, ...]
    voices: tuple[SentFile, ...]
    faults: tuple[Fault, ...]
    wrong: dict[str, str]
    lead: str
    lead_tone: str
    misconduct: bool
    sign: str
    numbers: tuple[Link, ...]
    danger_words: str
    notice_title: str
    notice: str
    notice_items: tuple[Fact, ...]
    is_told: bool
    may_locate: bool
    location: str
    contact: str
    bureau_phone: str
    sign_in: str
    in_wechat: bool
    questions: tuple[AskedQuestion, ...] = ()
    near: tuple[Option, ...] = ()
    same: str = ""
    photos_at_most: int = PHOTOS_AT_MOST
    voices_at_most: int = VOICES_AT_MOST
    story_at_most: int = STORY_AT_MOST


async def filing_page(
    door: H5Door,
    visitor: Visitor | None,
    form: FilingForm,
    *,
    token: str,
    faults: tuple[Fault, ...] = (),
    lead: str = "",
    lead_tone: str = "",
    misconduct: bool = False,
    sign_in: str = "",
    in_wechat: bool = False,
    near: tuple[Option, ...] = (),
) -> FilingPage:
    """The page of this form; `token` is that of the visit, `near` what to choose from of the cases nearby."""
    notice, position = door.consents.collection_notice, form.position
    wrong: dict[str, str] = {}
    for one in faults:
        wrong.setdefault(one.field, one.words)
    return FilingPage(
        csrf_token=token,
        act=form.act,
        groups=tuple(Option(value=one.code, words=one.plain) for one in door.desk.policy.groups.values()),
        group=form.group,
        story=form.story,
        place=form.place,
        latitude=str(position.latitude) if position else "",
        longitude=str(position.longitude) if position else "",
        datum=position.datum if position else "",
        phone=form.phone,
        phone_agreed=form.phone_agreed,
        code=form.code,
        is_guest=form.is_guest,
        photos=await _sent(door, form.photos, "photo"),
        voices=await _sent(door, form.voices, "voice"),
        faults=faults,
        wrong=wrong,
        lead=lead,
        lead_tone=lead_tone,
        misconduct=misconduct,
        sign=await _sign(form.code),
        numbers=danger_numbers(door),
        danger_words="|".join(door.desk.policy.danger.keywords),
        notice_title=notice.title,
        notice=notice.short,
        notice_items=tuple(Fact(name=one.what, words=f"{one.why}。{one.kept}") for one in notice.items),
        is_told=visitor is not None
        and await agreed(visitor.account_id, Purpose.COLLECTION_NOTICE, notice.version),
        may_locate=visitor is not None and await agreed(visitor.account_id, Purpose.LOCATION),
        location=door.consents.location.text,
        contact=door.consents.contact_phone.text,
        bureau_phone=door.bureau.phone,
        sign_in=sign_in,
        in_wechat=in_wechat,
        questions=questions_of(door, form),
        near=near,
        same=form.same,
    )


async def begun_at_sign(form: FilingForm, code: str) -> FilingForm:
    """The form of who came by the code on a sign: where it hangs is known already."""
    found = await by_code(code)
    if found is None or found.is_retired:
        return form
    place = form.place or found.place_text or found.title
    return replace(form, code=found.code, place=place)


async def _sign(code: str) -> str:
    found = await by_code(code) if code else None
    return found.title if found is not None else ""


async def _sent(door: H5Door, ids: tuple[UUID, ...], kind: str) -> tuple[SentFile, ...]:
    if not ids:
        return ()
    states = dict(await StoredFile.filter(id__in=list(ids)).values_list("id", "state"))
    return tuple(
        SentFile(
            id=str(one),
            words=door.words.text(f"h5_file.sent.{kind}", number=number),
            small=f"/h5/uploads/{one}/small"
            if kind == "photo" and states.get(one) == FileState.READY.value
            else "",
        )
        for number, one in enumerate(ids, start=1)
        if one in states
    )
