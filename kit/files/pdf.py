"""PDFs that people hand in: looked over while they arrive, kept as they came, never opened by us.

What is refused is what cannot be a paper: broken off, locked with a password, or carrying programs or other files.
The look is at names in the clear; inside of a compressed part they are not seen. So whoever gives a PDF out does it as
a file to be saved, and never shows it in a page of ours.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator

from kit.problems import Problem

PDF = "application/pdf"
_ENDS_WITHIN = 2_048
_OVERLAP = 32
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia)\b")
_LOCKED = re.compile(rb"/Encrypt\b")


def is_pdf(head: bytes) -> bool:
    """Whether the first bytes are those of a PDF."""
    return head.startswith(b"%PDF-")


async def looked_over(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same pieces. Raises a Problem (415) in between, or at the end, for what is no paper."""
    tail = b""
    async for piece in content:
        window = tail[-_OVERLAP:] + piece
        if _LOCKED.search(window):
            raise Problem("problem.file.pdf_locked", 415)
        if _ACTIVE.search(window):
            raise Problem("problem.file.pdf_active", 415)
        tail = (tail + piece)[-_ENDS_WITHIN:]
        yield piece
    if b"%%EOF" not in tail:
        raise Problem("problem.file.pdf_broken", 415)
