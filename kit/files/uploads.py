"""Files that people send through our own doors: in one go, or in pieces that survive a lost network.

An upload and the file it becomes have the same id. Whoever holds it, an account (`account:<uuid>`) or a visit
before any sign-in (`visit:<keyed hash>`), may go on with it; for everybody else it does not exist.
"""

from collections.abc import AsyncIterable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from kit.db import Change, Database
from kit.files.allowance import Allowance, check_allowance
from kit.files.envelope import EnvelopeError
from kit.files.kinds import HEAD_LENGTH, check_total, check_type_of, recording_of
from kit.files.models import FileState, StoredFile, Upload, UploadPiece, UploadState
from kit.files.pieces import content_of, cut, forget_bytes, forget_rows, head_of
from kit.files.receiving import receive, receive_recording
from kit.files.store import FileMissing, FileStore
from kit.problems import Conflict, Gone, Invalid, NotFound, Problem, TooLarge

LASTS = timedelta(hours=24)
"""How long an upload may be gone on with."""


def account_holder(account_id: UUID) -> str:
    """The holder of what an account sends."""
    return f"account:{account_id}"


@dataclass(frozen=True)
class UploadView:
    """Where an upload stands. `file_state` and `reason` (a catalogue key) are its file's, once it has one."""

    id: UUID
    kind: str
    state: UploadState
    bytes_total: int
    bytes_received: int
    expires_at: datetime
    file_state: FileState | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Uploads:
    """The one way in for files that citizens send over HTTP. Needs no closing.

    `kind` says what a file is for; one whose last word is `voice` or `video` is a recording, all others are photos.
    """

    db: Database
    store: FileStore
    allowance: Allowance = field(default_factory=Allowance)

    async def whole(
        self, content: bytes | AsyncIterable[bytes], *, holder: str, account_id: UUID | None, kind: str
    ) -> StoredFile:
        """Keep a file that comes in one go. Nothing is kept when a Problem `problem.file.*` or a 429 is raised."""
        row = await self._received(self.db.ids.new(), content, account_id, kind)
        size = row.bytes_size

        async def work(change: Change) -> None:
            await check_allowance(change, holder, size, self.allowance)
            upload = _new(row.id, holder, account_id, kind, size, change.now)
            upload.state, upload.bytes_received, upload.file_id = UploadState.COMPLETE.value, size, row.id
            await row.save(force_create=True)
            await upload.save(force_create=True)

        try:
            await self.db.change(work)
        except Problem as refusal:
            if refusal.status == 429:  # of anything else it is not certain that it did not happen
                await self.store.delete(row.id)
            raise
        return row

    async def begin(self, *, holder: str, account_id: UUID | None, kind: str, bytes_total: int) -> UploadView:
        """Announce a file that will come in pieces. Raises 422 for an empty, 413 for a too large one, 429, 507."""
        check_total(kind, bytes_total)
        await self.store.check_room()

        async def work(change: Change) -> Upload:
            await check_allowance(change, holder, bytes_total, self.allowance)
            upload = _new(change.ids.new(), holder, account_id, kind, bytes_total, change.now)
            await upload.save(force_create=True)
            return upload

        return _view(await self.db.change(work))

    async def append(
        self, upload_id: UUID, holder: str, offset: int, content: AsyncIterable[bytes]
    ) -> UploadView:
        """Go on at `offset`. What has arrived stays when the client goes away in the middle.

        Raises NotFound, Gone (410: over or given up), Conflict (409: bytes are missing or were sent before),
        TooLarge (413: more than was announced), 415 as soon as the first bytes are of no type that is taken,
        NoRoom (507: to be gone on with later).
        """
        upload = await self._held(upload_id, holder)
        self._check_open(upload)
        if offset != upload.bytes_received:
            raise Conflict("problem.upload.offset")
        if upload.state == UploadState.OPEN.value:
            async for piece in cut(content):
                if upload.bytes_received + len(piece) > upload.bytes_total:
                    raise TooLarge("problem.upload.past_the_end")
                await self._check_head(upload, piece)
                await self._keep(upload, piece)
        return await self._looked_at(upload)

    async def look(self, upload_id: UUID, holder: str) -> UploadView:
        """Where it stands. Raises NotFound, Gone."""
        upload = await self._held(upload_id, holder)
        self._check_open(upload)
        return await self._looked_at(upload)

    async def end(self, upload_id: UUID, holder: str) -> None:
        """Give up one that is on its way; its pieces go at once. A file that is complete stays (409)."""
        upload = await self._held(upload_id, holder)
        if upload.state == UploadState.COMPLETE.value:
            raise Conflict("problem.upload.complete")
        await self.give_up(upload_id)

    async def give_up(self, upload_id: UUID) -> None:
        """End it, whoever holds it. Nothing happens to one that is complete or over."""

        async def work(change: Change) -> list[UUID]:
            still = Upload.filter(id=upload_id, state=UploadState.OPEN.value)
            if not await still.update(state=UploadState.ENDED.value):
                return []
            return await forget_rows(change, upload_id)

        await forget_bytes(self.store, await self.db.change(work))

    async def finish(self, upload: Upload) -> None:
        """Put a file together whose bytes are all here. One that turns out not to be a file is given up (415)."""
        try:
            await self._assemble(upload)
        except (Problem, FileMissing, EnvelopeError) as refusal:
            if await Upload.filter(id=upload.id, state=UploadState.COMPLETE.value).exists():
                return  # another was faster, and the pieces went while they were read here
            if isinstance(refusal, Problem) and refusal.status < 500:
                # A busy database or a disk without room is nobody's fault: tried again at the next look.
                await self.give_up(upload.id)
            raise

    async def own_files(
        self, ids: Collection[UUID], *, holders: Collection[str], account_ids: Collection[UUID] = ()
    ) -> dict[UUID, StoredFile]:
        """The files of these ids. Raises Invalid (422) when one is not there, not complete or somebody else's."""
        rows = {row.id: row for row in await StoredFile.filter(id__in=list(ids))}
        sent = Upload.filter(file_id__in=list(ids), holder__in=list(holders))
        held = set(await sent.values_list("file_id", flat=True))
        for one in ids:
            row = rows.get(one)
            if row is None or (one not in held and row.account_id not in set(account_ids)):
                raise Invalid("problem.upload.not_yours", field="photos")
            if row.state == FileState.REFUSED.value:
                raise Invalid(row.reason or "problem.file.undecodable", field="photos")
        return rows

    async def _held(self, upload_id: UUID, holder: str) -> Upload:
        upload = await Upload.get_or_none(id=upload_id, holder=holder)
        if upload is None:
            raise NotFound("problem.upload.not_found")
        return upload

    def _check_open(self, upload: Upload) -> None:
        is_over = upload.state == UploadState.OPEN.value and self.db.clock.now() >= upload.expires_at
        if is_over or upload.state == UploadState.ENDED.value:
            raise Gone("problem.upload.over")

    async def _check_head(self, upload: Upload, piece: bytes) -> None:
        """Refuse a wrong type as soon as enough is here to tell, before it is kept."""
        here = upload.bytes_received
        if here >= HEAD_LENGTH:
            return
        head = (await head_of(self.store, upload.id, HEAD_LENGTH) if here else b"") + piece
        if len(head) < min(HEAD_LENGTH, upload.bytes_total):
            return
        try:
            check_type_of(upload.kind, head[:HEAD_LENGTH])
        except Problem:
            await self.give_up(upload.id)
            raise

    async def _keep(self, upload: Upload, piece: bytes) -> None:
        """Store one piece and move the offset; only one of two that write at the same place succeeds."""
        offset, piece_id = upload.bytes_received, self.db.ids.new()
        sealed = await self.store.put_original(piece_id, piece)

        async def work(change: Change) -> bool:
            at_offset = Upload.filter(id=upload.id, state=UploadState.OPEN.value, bytes_received=offset)
            if not await at_offset.update(bytes_received=offset + len(piece)):
                return False
            await UploadPiece(
                id=piece_id,
                upload_id=upload.id,
                offset_bytes=offset,
                bytes_size=len(piece),
                wrapped_key=sealed.wrapped_key,
                created_at=change.now,
            ).save(force_create=True)
            return True

        if not await self.db.change(work):
            await self.store.delete(piece_id)
            raise Conflict("problem.upload.offset")
        upload.bytes_received = offset + len(piece)

    async def _looked_at(self, upload: Upload) -> UploadView:
        """The view, after putting the file together where all of it is here."""
        if upload.state == UploadState.OPEN.value and upload.bytes_received == upload.bytes_total:
            await self.finish(upload)
            upload = await Upload.get(id=upload.id)
        file = await StoredFile.get_or_none(id=upload.file_id) if upload.file_id else None
        return _view(upload, file)

    async def _assemble(self, upload: Upload) -> None:
        row = await self._received(
            upload.id, content_of(self.store, upload.id), upload.account_id, upload.kind
        )

        async def work(change: Change) -> list[UUID]:
            still = Upload.filter(id=upload.id, state=UploadState.OPEN.value)
            if not await still.update(state=UploadState.COMPLETE.value, file_id=row.id):
                return []  # another was faster, or it was given up
            await row.save(force_create=True)
            return await forget_rows(change, upload.id)

        # The original of one that was not first has no row and is swept as a stray.
        await forget_bytes(self.store, await self.db.change(work))

    async def _received(
        self, file_id: UUID, content: bytes | AsyncIterable[bytes], account_id: UUID | None, kind: str
    ) -> StoredFile:
        about = {"file_id": file_id, "account_id": account_id, "kind": kind, "at": self.db.clock.now()}
        recording = recording_of(kind)
        if recording is None:
            return await receive(self.store, content, **about)  # type: ignore[arg-type]
        return await receive_recording(self.store, content, recording, by_browser=True, **about)  # type: ignore[arg-type]


def _new(id: UUID, holder: str, account_id: UUID | None, kind: str, bytes_total: int, at: datetime) -> Upload:
    return Upload(
        id=id,
        holder=holder,
        account_id=account_id,
        kind=kind,
        state=UploadState.OPEN.value,
        bytes_total=bytes_total,
        bytes_received=0,
        created_at=at,
        expires_at=at + LASTS,
    )


def _view(upload: Upload, file: StoredFile | None = None) -> UploadView:
    return UploadView(
        id=upload.id,
        kind=upload.kind,
        state=UploadState(upload.state),
        bytes_total=upload.bytes_total,
        bytes_received=upload.bytes_received,
        expires_at=upload.expires_at,
        file_state=FileState(file.state) if file else None,
        reason=file.reason if file else None,
    )
