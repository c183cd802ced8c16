"""Which files are taken: by their first bytes, their size and their number of pixels.

Imports no decoder, so web processes can refuse at the door what would be refused later.
"""

from kit.problems import Invalid, Problem, TooLarge

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
HEAD_LENGTH = 16
"""Bytes from the beginning that `sniff` needs."""

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def sniff(head: bytes) -> str | None:
    """The media type its first bytes show, if it is one that is taken. Names and headers are not asked."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return None


def check_size(length: int) -> None:
    """Refuse an empty or too large file."""
    if length == 0:
        raise Invalid("problem.file.empty", field="file")
    if length > MAX_FILE_BYTES:
        raise TooLarge("problem.file.too_large")


def check_type(head: bytes) -> str:
    """The sniffed type, or the refusal of everything that is not on the list."""
    found = sniff(head)
    if found is None:
        raise Problem("problem.file.type_not_allowed", 415)
    return found
