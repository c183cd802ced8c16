"""The worker's duty with uploads: end what is over, finish what was left whole, forget what nobody used."""

from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from uuid import UUID

import structlog

from kit.db import Change
from kit.files.envelope import EnvelopeError
from kit.files.models import StoredFile, Upload, UploadState
from kit.files.store import FileMissing
from kit.files.uploads import Uploads
from kit.problems import Problem

UNUSED_FOR = timedelta(days=14)
"""A file that no case took by then is deleted; a form not sent lives shorter than this."""
AT_MOST = 50

Used = Callable[[Collection[UUID]], Awaitable[set[UUID]]]
"""Which of these files a case holds."""

_log = structlog.get_logger(__name__)


async def tend_uploads(uploads: Uploads, used: Used) -> int:
    """One step. Returns how many uploads it saw to; while it is not 0 there may be more."""
    now = uploads.db.clock.now()
    seen_to = 0
    on_their_way = Upload.filter(state=UploadState.OPEN.value)
    for upload in await on_their_way.filter(expires_at__lte=now).order_by("expires_at").limit(AT_MOST):
        await uploads.give_up(upload.id)
        seen_to += 1
    for upload in await on_their_way.filter(expires_at__gt=now).order_by("expires_at").limit(1000):
        if upload.bytes_received == upload.bytes_total and await _finished(uploads, upload):
            seen_to += 1
    return seen_to + await _forget(uploads, used)


async def _finished(uploads: Uploads, upload: Upload) -> bool:
    """Whether a process that died before putting the file together left something to do, and it is done."""
    try:
        await uploads.finish(upload)
    except Problem as refusal:
        return refusal.status < 500
    except (FileMissing, EnvelopeError):
        # Perhaps the shared folder is not there yet; at worst it ends with its time.
        _log.error("upload.piece_does_not_open", upload_id=str(upload.id))
        return False
    return True


async def _forget(uploads: Uploads, used: Used) -> int:
    """Remove rows that are of no more use, and with them the files that no case took."""
    before = uploads.db.clock.now() - UNUSED_FOR
    done = Upload.filter(state__not=UploadState.OPEN.value, created_at__lt=before)
    old = await done.order_by("id").limit(AT_MOST)
    if not old:
        return 0
    file_ids = [row.file_id for row in old if row.file_id is not None]

    async def work(change: Change) -> list[UUID]:
        # Asked inside: a case that has just taken a file keeps it.
        taken = await used(file_ids)
        unused = [one for one in file_ids if one not in taken]
        await StoredFile.filter(id__in=unused).delete()
        await Upload.filter(id__in=[row.id for row in old]).delete()
        return unused

    for file_id in await uploads.db.change(work):
        await uploads.store.delete(file_id)
    return len(old)
