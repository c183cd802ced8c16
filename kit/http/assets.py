"""Static files: read once, addressed by the hash of their content, cached for good.

Every vendored folder has a `manifest.json` that names version, licence, source and the SHA-256 of each file; a
file that is not listed or differs stops the start, so nothing slips in or is edited unseen.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sanic import HTTPResponse, Request, Sanic

from kit.problems import NotFound

_TEXT = ("text/", "application/javascript", "application/json", "image/svg")
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2"}


class AssetsError(Exception):
    """The static files are not what their manifests say; one sentence for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class VendorManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """manifest.json of one vendored folder; `files` maps a name to its SHA-256 in hexadecimal."""

    name: str
    version: str
    licence: str
    source: str
    files: dict[str, str]


@dataclass(frozen=True)
class _Asset:
    content: bytes
    zipped: bytes | None
    media_type: str
    etag: str


class Assets:
    """All static files of one folder, in memory."""

    def __init__(self, contents: Mapping[str, bytes], prefix: str = "/assets") -> None:
        """`contents` maps names such as "vendor/htmx/htmx.min.js" to what they hold."""
        self._prefix = prefix
        self._by_address: dict[str, _Asset] = {}
        self._addresses: dict[str, str] = {}
        for name, content in contents.items():
            digest = hashlib.sha256(content).hexdigest()
            self._addresses[name] = f"{prefix}/{digest[:12]}/{name}"
            self._by_address[f"{digest[:12]}/{name}"] = _asset(name, content, digest)

    @classmethod
    def load(
        cls,
        folder: Path,
        bundles: Mapping[str, Sequence[Path]] | None = None,
        prefix: str = "/assets",
        *,
        made: Mapping[str, bytes] | None = None,
        unserved: Sequence[str] = (),
    ) -> "Assets":
        """Read a folder and check its `vendor/*/manifest.json`. Raises AssetsError.

        `bundles` adds files made by joining others, such as one style sheet out of many; `made` adds finished ones.
        `unserved` names files that are checked like all others but only worked from.
        """
        faults = list(check_vendored(folder / "vendor"))
        if faults:
            raise AssetsError(faults)
        contents = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".") and path.name != "manifest.json"
        }
        for name, parts in (bundles or {}).items():
            contents[name] = b"\n".join(part.read_bytes() for part in parts)
        contents.update(made or {})
        for name in unserved:
            del contents[name]
        return cls(contents, prefix)

    def url(self, name: str) -> str:
        """The address of a file, for a template. Raises KeyError for a name that does not exist."""
        return self._addresses[name]

    def text(self, name: str) -> str:
        """What a text file holds, to be put into a page. Raises KeyError for a name that does not exist."""
        address = self._addresses[name].removeprefix(f"{self._prefix}/")
        return self._by_address[address].content.decode()

    def install(self, app: Sanic[Any, Any]) -> None:
        """Add the route that serves the files."""
        app.add_route(self._serve, f"{self._prefix}/<address:path>", methods=["GET", "HEAD"], name="assets")

    async def _serve(self, request: Request, address: str) -> HTTPResponse:
        asset = self._by_address.get(address)
        if asset is None:
            raise NotFound
        headers = {
            # The address changes with the content, so what it holds never does.
            "cache-control": "public, max-age=31536000, immutable",
            "etag": asset.etag,
            "vary": "accept-encoding",
        }
        if request.headers.get("if-none-match") == asset.etag:
            return HTTPResponse(status=304, headers=headers)
        body = asset.content
        if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            body = asset.zipped
        return HTTPResponse(body, headers=headers, content_type=asset.media_type)


def check_vendored(folder: Path) -> Iterator[str]:
    """Faults of a folder of vendored folders: a missing or wrong manifest, a changed, missing or unlisted file."""
    if not folder.is_dir():
        return
    for vendored in sorted(path for path in folder.iterdir() if path.is_dir()):
        path = vendored / "manifest.json"
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=VendorManifest)
        except FileNotFoundError:
            yield f"{path}：缺少清单文件。"
            continue
        except msgspec.DecodeError:
            yield f"{path}：清单格式不对，应有 name、version、licence、source、files。"
            continue
        if not manifest.licence.strip() or not manifest.version.strip():
            yield f"{path}：没有写明版本或许可证。"
        present = {item.relative_to(vendored).as_posix() for item in vendored.rglob("*") if item.is_file()}
        for name in sorted(present - {"manifest.json"} | set(manifest.files)):
            if name not in manifest.files:
                yield f"{vendored / name}：清单中没有列出。"
            elif name not in present:
                yield f"{vendored / name}：清单中有，文件却不在。"
            elif hashlib.sha256((vendored / name).read_bytes()).hexdigest() != manifest.files[name]:
                yield f"{vendored / name}：内容与清单中的 SHA-256 不一致。"


def _asset(name: str, content: bytes, digest: str) -> _Asset:
    suffix = Path(name).suffix
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    zipped = (
        gzip.compress(content, 9, mtime=0) if media_type.startswith(_TEXT) and len(content) > 512 else None
    )
    return _Asset(content, zipped, media_type, f'"{digest[:32]}"')
