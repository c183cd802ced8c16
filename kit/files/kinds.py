"""Which files are taken: by their first bytes, their size and their number of pixels.

Imports no decoder, so web processes can refuse at the door what would be refused later. Photos are decoded and
re-encoded; recordings (voice, film) are kept as they came and never opened by us.
"""

from typing import Literal

from kit.files.pdf import PDF, is_pdf
from kit.problems import Invalid, Problem, TooLarge

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
HEAD_LENGTH = 16
"""Bytes from the beginning that `sniff` needs."""

Recording = Literal["voice", "video"]
RECORDING_BYTES: dict[Recording, int] = {"voice": 2 * 1024 * 1024, "video": 10 * 1024 * 1024}
"""At most, by kind: what the platform itself takes."""

_SOUND_ALONE = {"video/webm": "audio/webm", "video/mp4": "audio/mp4"}
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


def sniff_recording(head: bytes) -> str | None:
    """The media type of a voice message or film by its first bytes, if it is one that is taken."""
    if head.startswith(b"#!AMR-WB\n"):
        return "audio/amr-wb"
    if head.startswith(b"#!AMR\n"):
        return "audio/amr"
    if head.startswith(b"#!SPEEX"):
        return "audio/speex"
    # An MP3 begins with its tag or with a frame: eleven set bits, a version and layer III.
    if head.startswith(b"ID3") or (len(head) > 2 and head[0] == 0xFF and head[1] in (0xFB, 0xFA, 0xF3, 0xF2)):
        return "audio/mpeg"
    # What browsers record: Opus in WebM or Ogg, AAC in MP4.
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    if head[4:8] == b"ftyp" and head[8:12] not in _HEIC_BRANDS:
        return {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime"}.get(head[8:12], "video/mp4")
    return None


def check_recording(head: bytes, recording: Recording, *, by_browser: bool = False) -> str:
    """The sniffed type, or the refusal of what is no voice message, or no film.

    `by_browser`: browsers put sound alone into the containers of films; the platform's voice messages are never such.
    """
    found = sniff_recording(head)
    if recording == "voice" and by_browser and found is not None:
        # The first bytes of these do not say whether there are pictures beside the sound.
        found = _SOUND_ALONE.get(found, found)
    if found is None or found.startswith("video/") != (recording == "video"):
        raise Problem("problem.file.not_a_recording", 415)
    return found


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


def check_paper(head: bytes) -> str:
    """The sniffed type of a PDF or a photo, or the refusal of everything else."""
    found = PDF if is_pdf(head) else sniff(head)
    if found is None:
        raise Problem("problem.file.not_a_paper", 415)
    return found


def recording_of(kind: str) -> Recording | None:
    """What is recorded, where the last word of a file's kind says so ("complaint_voice"); photos are not."""
    last = kind.rpartition("_")[2]
    return next((one for one in RECORDING_BYTES if one == last), None)


def takes_papers(kind: str) -> bool:
    """Whether a file of this kind may be a PDF as well as a photo: its last word says so ("permit_material")."""
    return kind.rpartition("_")[2] == "material"


def check_type_of(kind: str, head: bytes) -> str:
    """The sniffed type, or the refusal of what a file of this kind cannot be."""
    if takes_papers(kind):
        return check_paper(head)
    recording = recording_of(kind)
    return check_type(head) if recording is None else check_recording(head, recording, by_browser=True)


def check_total(kind: str, length: int) -> None:
    """Refuse an announced length that is nothing, or too much for a file of this kind."""
    check_size(length)
    recording = recording_of(kind)
    if recording is not None and length > RECORDING_BYTES[recording]:
        raise TooLarge("problem.file.too_large")
