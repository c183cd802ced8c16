"""Recordings in the platform's own format, made on the spot: as long as asked, and silent."""

MAGIC = b"#!AMR\n"
FRAMES_A_SECOND = 50
LONGEST_S = 60
# A frame of 4.75 kbit/s whose gains are the smallest there are: 20 ms nobody hears.
QUIET_FRAME = b"\x04" + bytes(12)


def silent_amr(seconds: float) -> bytes:
    """An AMR narrowband file of this length, within what the platform records (1 to 60 s)."""
    lasting = min(max(seconds, 1.0), LONGEST_S)
    return MAGIC + QUIET_FRAME * round(lasting * FRAMES_A_SECOND)
