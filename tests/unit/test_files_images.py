"""Photos are decoded, brought upright, scaled, and lose everything but their pixels."""

import io
import random
import struct
import zlib
from contextlib import suppress

import pillow_heif
import pytest
from PIL import Image, ImageCms

from kit.files.images import LARGE_SIDE, THUMBNAIL_SIDE, make_copies
from kit.problems import Problem

CANARY = "canary-7f3a-南阳路18号"
GPS = {1: "N", 2: (32.0, 59.0, 27.11), 3: "E", 4: (112.0, 32.0, 1.5), 29: "2026:11:22"}


def _photo(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue, so that turning it shows."""
    photo = Image.new("RGB", size, "red")
    photo.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    return photo.convert(mode)


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = CANARY.encode().decode("latin-1")
    exif[0x013B] = "canary-artist"
    exif.get_ifd(0x8825).update(GPS)
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0canary-comment"
    return exif


def _encoded(photo: Image.Image, format: str, **options: object) -> bytes:
    target = io.BytesIO()
    if format == "HEIF":
        pillow_heif.register_heif_opener()
    photo.save(target, format, **options)
    return target.getvalue()


def _opened(content: bytes) -> Image.Image:
    photo = Image.open(io.BytesIO(content))
    photo.load()
    return photo


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_every_allowed_type_becomes_two_jpegs(format: str) -> None:
    copies = make_copies(_encoded(_photo((3000, 1500)), format))
    large, thumbnail = _opened(copies.large), _opened(copies.thumbnail)
    assert large.format == thumbnail.format == "JPEG"
    assert large.size == (copies.width, copies.height) == (LARGE_SIDE, LARGE_SIDE // 2)
    assert thumbnail.size == (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2)
    red, _, blue = large.getpixel((20, 20))
    assert red > 180
    assert blue < 80


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_no_metadata_survives(format: str) -> None:
    options: dict[str, object] = {"exif": _exif().tobytes()}
    if format in ("JPEG", "HEIF", "WEBP"):
        options["xmp"] = b"<x:xmpmeta>canary-xmp</x:xmpmeta>"
    if format == "JPEG":
        options["comment"] = b"canary-jpeg-comment"
    content = _encoded(_photo(), format, **options)
    assert b"canary" in content
    copies = make_copies(content)
    for copy in (copies.large, copies.thumbnail):
        assert b"canary" not in copy
        assert b"Exif" not in copy
        opened = _opened(copy)
        assert dict(opened.getexif()) == {}
        assert not {"comment", "xmp", "icc_profile", "exif"} & set(opened.info)


@pytest.mark.parametrize(
    ("orientation", "red_corner"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom"), (2, "right")]
)
def test_a_photo_is_brought_upright(orientation: int, red_corner: str) -> None:
    copies = make_copies(_encoded(_photo((640, 480)), "JPEG", exif=_exif(orientation).tobytes()))
    large = _opened(copies.large)
    assert large.size == ((480, 640) if orientation in (6, 8) else (640, 480))
    width, height = large.size
    place = {
        "left": (10, height // 2),
        "right": (width - 10, height // 2),
        "top": (width // 2, 10),
        "bottom": (width // 2, height - 10),
    }[red_corner]
    assert large.getpixel(place)[0] > 180


def test_a_small_photo_is_not_blown_up() -> None:
    copies = make_copies(_encoded(_photo((30, 20)), "PNG"))
    assert _opened(copies.large).size == _opened(copies.thumbnail).size == (30, 20)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_unusual_png_modes_are_taken(mode: str) -> None:
    photo = Image.new(mode, (64, 64), 40_000) if mode == "I;16" else _photo((64, 64)).convert(mode)
    copies = make_copies(_encoded(photo, "PNG"))
    opened = _opened(copies.large)
    assert opened.mode == "RGB"
    if mode == "I;16":
        assert 140 < opened.getpixel((5, 5))[0] < 172


def test_transparent_parts_become_white() -> None:
    copies = make_copies(_encoded(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), "PNG"))
    assert min(_opened(copies.large).getpixel((30, 30))) > 245


def test_cmyk_and_colour_profiles_are_taken() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for photo in (_photo().convert("CMYK"), _photo()):
        for icc in (profile, b"not a profile"):
            copies = make_copies(_encoded(photo, "JPEG", icc_profile=icc))
            assert "icc_profile" not in _opened(copies.large).info


def test_the_first_frame_of_an_animation_is_the_photo() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    for format in ("GIF", "WEBP"):
        content = _encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=50)
        assert _opened(make_copies(content).large).getpixel((9, 9))[0] > 180


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(6400, 6251), (40_000, 40_000), (1_000_000, 41), (65_000, 65_000)]
)
def test_a_decompression_bomb_is_refused_by_its_header(width: int, height: int) -> None:
    with pytest.raises(Problem) as caught:
        make_copies(_png_claiming(width, height))
    assert (caught.value.key, caught.value.status) == ("problem.file.too_many_pixels", 413)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_a_photo_cut_short_is_refused(format: str) -> None:
    noise = Image.effect_noise((400, 400), 60).convert("RGB")
    content = _encoded(noise, format)
    for kept in (20, len(content) // 2):
        with pytest.raises(Problem) as caught:
            make_copies(content[:kept])
        assert caught.value.key == "problem.file.broken"


def test_damaged_metadata_is_no_reason_to_refuse() -> None:
    content = _encoded(_photo(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 40)
    assert make_copies(content).width == 640


def test_one_type_dressed_as_another_is_refused() -> None:
    png = _encoded(_photo(), "PNG")
    with pytest.raises(Problem):
        make_copies(b"\xff\xd8\xff\xe0" + png)
    with pytest.raises(Problem):
        make_copies(b"GIF89a" + png)


def test_altered_photos_end_in_copies_or_a_refusal_and_nothing_else() -> None:
    chance = random.Random(20261122)
    for format in ("JPEG", "PNG", "WEBP", "GIF"):
        content = _encoded(_photo((80, 60)), format)
        for _ in range(60):
            altered = bytearray(content)
            for _ in range(chance.randint(1, 12)):
                altered[chance.randrange(12, len(altered))] = chance.randrange(256)
            with suppress(Problem):
                make_copies(bytes(altered))
