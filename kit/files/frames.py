"""What Decoder and the decoding process say to each other.

Both directions carry frames of `length (4 bytes) | bytes`. The process says one empty frame when it is ready.
Then, for each photo that comes in, it says either `ok`, the JSON of width and height, the large copy and the
thumbnail, or `refused` and a catalogue key.
"""

from dataclasses import dataclass

import msgspec

OK, REFUSED = b"ok", b"refused"
UNDECODABLE = "problem.file.undecodable"


class Dimensions(msgspec.Struct, frozen=True):
    """Of the large copy, in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Copies:
    """The re-encoded copies of one photo, as JPEG without metadata; width and height are the large one's."""

    width: int
    height: int
    large: bytes
    thumbnail: bytes


def framed(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content
