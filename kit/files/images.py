"""Photos: decoded once, encoded again as copies without metadata.

Runs in a process of its own (kit.files.decoding_process), never in a web process: a photo is hostile until it
has been decoded and encoded again. Refusals are Problems with keys `problem.file.*`.
"""

import io
import struct
import warnings

import pillow_heif
from PIL import Image, ImageCms

from kit.files.frames import Copies
from kit.files.kinds import HEAD_LENGTH, MAX_PIXELS, check_size, check_type
from kit.problems import Invalid, TooLarge

LARGE_SIDE = 2048
THUMBNAIL_SIDE = 480
JPEG_QUALITY = 85

_DECODERS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
}
# What Pillow's parsers raise on broken files; anything else ends in the decoding process's outermost loop.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    KeyError,
    IndexError,
    TypeError,
    RuntimeError,
)

# EXIF orientation: what brings the photo upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pillow_heif.register_heif_opener()


def make_copies(content: bytes) -> Copies:
    """Decode once, bring upright, scale down, encode twice. The dimensions are checked before any pixel is read."""
    check_size(len(content))
    media_type = check_type(content[:HEAD_LENGTH])
    try:
        with warnings.catch_warnings():
            # Pillow warns above its own limit and only fails at twice of it; ours is checked below.
            warnings.simplefilter("ignore")
            # The one decoder the sniffed type names: content cannot choose a rarer, less tested one.
            with Image.open(io.BytesIO(content), formats=[_DECODERS[media_type]]) as photo:
                if photo.width * photo.height > MAX_PIXELS:
                    raise TooLarge("problem.file.too_many_pixels")
                return _encode(_upright(photo))
    except Image.DecompressionBombError:
        raise TooLarge("problem.file.too_many_pixels") from None
    except _BROKEN:
        raise Invalid("problem.file.broken", field="file") from None


def _upright(photo: Image.Image) -> Image.Image:
    photo.draft("RGB", (LARGE_SIDE, LARGE_SIDE))  # JPEG decodes straight to a smaller size, others ignore it
    profile = photo.info.get("icc_profile")
    orientation = _orientation(photo)
    if photo.mode in ("P", "PA", "LA", "La", "RGBa", "1"):
        photo = photo.convert("RGBA")
    elif photo.mode.startswith(("I", "F")):
        photo = _eight_bit(photo)
    photo.thumbnail((LARGE_SIDE, LARGE_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if photo.mode == "RGBA":
        white = Image.new("RGB", photo.size, "white")
        white.paste(photo, mask=photo.getchannel("A"))
        photo = white
    photo = _in_srgb(photo, profile)
    return photo if orientation is None else photo.transpose(orientation)


def _orientation(photo: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(int(photo.getexif().get(0x0112, 1)))
    except _BROKEN:  # damaged metadata is no reason to refuse a good photo
        return None


def _eight_bit(photo: Image.Image) -> Image.Image:
    """Sixteen-bit grey, as some scanners make it."""
    scale = 1 / 256 if photo.mode.startswith("I") else 1.0
    return photo.convert("F").point(lambda value: value * scale).convert("L")


def _in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours of wide-gamut phones look right only if converted before their profile is dropped."""
    if profile and photo.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                photo, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return photo.convert("RGB")


def _encode(photo: Image.Image) -> Copies:
    small = photo.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Copies(photo.width, photo.height, _jpeg(photo), _jpeg(small))


def _jpeg(photo: Image.Image) -> bytes:
    # A fresh image takes pixels only: whatever `info` holds (EXIF, comments, profiles) stays behind.
    bare = Image.new("RGB", photo.size)
    bare.paste(photo)
    encoded = io.BytesIO()
    bare.save(encoded, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return encoded.getvalue()
