"""The photos and recordings of a case: which can be shown yet, and giving them out to those who may see the case."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sanic import HTTPResponse, Request

from casework.complaints.queries import detail_by_reference
from casework.complaints.recordings import note_opening
from casework.complaints.views import ComplaintDetail, PhotoView
from kit.files.models import FileState, StoredFile
from kit.files.store import FileMissing, Variant
from kit.problems import NotFound
from web.console.addresses import photo_address, recording_address
from web.console.case_screens import Photo, Recording
from web.console.door import ConsoleDoor
from web.console.visitor import Visitor
from web.console.words import Words

PHOTO = "photo"
EXTENSIONS = {
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "audio/speex": "speex",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}


class Album:
    """A case's photos with the states of their files."""

    def __init__(self, photos: tuple[PhotoView, ...], states: Mapping[UUID, str], words: Words) -> None:
        self._photos = photos
        self._states = states
        self._text = words.text

    def photos(self, reference: str, stage: str) -> tuple[Photo, ...]:
        """The photos of one stage, in order."""
        own = [one for one in self._photos if one.stage == stage and one.medium == PHOTO]
        return tuple(self._photo(photo, reference, number) for number, photo in enumerate(own, start=1))

    def recordings(self, reference: str, is_given_out: bool = True) -> tuple[Recording, ...]:
        """The voice messages and films, in order."""
        own = [one for one in self._photos if one.medium != PHOTO]
        return tuple(
            self._recording(one, reference, number, is_given_out) for number, one in enumerate(own, start=1)
        )

    def _recording(self, one: PhotoView, reference: str, number: int, is_given_out: bool) -> Recording:
        state = self._states.get(one.file_id)
        words = self._text(f"console.case.recording.{one.medium}", number=number)
        if state == FileState.READY.value:
            return Recording(
                words=words, action=recording_address(one.file_id, reference) if is_given_out else ""
            )
        key = "failed" if state == FileState.REFUSED.value else "waiting"
        return Recording(words=self._text(f"console.case.recording.{key}", what=words))

    def _photo(self, photo: PhotoView, reference: str, number: int) -> Photo:
        state = self._states.get(photo.file_id)
        if state == FileState.READY.value:
            return Photo(
                words=self._text("console.case.photo", number=number),
                href=photo_address(photo.file_id, reference),
                small=photo_address(photo.file_id, reference, small=True),
            )
        # One without a row is still on its way here from the chat.
        key = "photo_failed" if state == FileState.REFUSED.value else "photo_waiting"
        return Photo(words=self._text(f"console.case.{key}"))


async def album_of(case: ComplaintDetail, words: Words) -> Album:
    """Look up what can be shown."""
    ids = [photo.file_id for photo in case.view.photos]
    states = dict(await StoredFile.filter(id__in=ids).values_list("id", "state")) if ids else {}
    return Album(case.view.photos, states, words)


async def show_photo(request: Request, door: ConsoleDoor, visitor: Visitor, file_id: str) -> HTTPResponse:
    """GET /console/files/{id}?case=…: the re-encoded copy, never the original."""
    try:
        wanted = UUID(file_id)
    except ValueError:
        raise NotFound() from None
    case = await detail_by_reference(door.desk, request.args.get("case", ""), visitor.actor)
    if (
        case is None
        or not visitor.sees(case)
        or wanted not in {photo.file_id for photo in case.view.photos}
        or not await StoredFile.filter(id=wanted, state=FileState.READY.value).exists()
    ):
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(wanted, variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def give_recording(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, file_id: str
) -> HTTPResponse:
    """POST /console/cases/{reference}/recordings/{id}: the original, to be saved; the look is audited first."""
    case = await detail_by_reference(door.desk, reference, visitor.actor)
    wanted = next((one for one in case.view.photos if str(one.file_id) == file_id), None) if case else None
    if case is None or wanted is None or not visitor.sees(case) or wanted.medium == PHOTO:
        raise NotFound()
    row = await StoredFile.get_or_none(id=wanted.file_id, state=FileState.READY.value)
    if row is None:
        raise NotFound()
    await note_opening(door.desk, visitor.actor, case.view.id, wanted.file_id)
    try:
        content = await door.files.read_original(row.id, bytes(row.wrapped_key))
    except FileMissing:
        raise NotFound() from None
    name = f"{case.view.reference}-{wanted.medium}.{EXTENSIONS.get(row.sniffed_type, 'bin')}"
    return HTTPResponse(
        content,
        content_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
