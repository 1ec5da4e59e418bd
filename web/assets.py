"""The few static files, read once into memory; an address that carries the content's hash may be kept for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER: Final = Path(__file__).with_name("static")
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's bytes; `mark` is their hash."""

    content: bytes
    kind: str
    mark: str


class Assets:
    """Serves the files of one folder by name; nothing outside it has a name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read every file we know the kind of."""
        self._files: Mapping[str, Asset] = {
            file.name: _read(file) for file in sorted(folder.iterdir()) if file.suffix in KINDS
        }

    def routes(self) -> list[web.RouteDef]:
        """Where the files are."""
        return [web.get("/static/{name}", self.serve)]

    def path(self, name: str) -> str:
        """The address of a file as it is now."""
        return f"/static/{name}?v={self._files[name].mark}"

    async def serve(self, request: web.Request) -> web.Response:
        """One file: for a year under its hash, else with a check each time."""
        asset = self._files.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        hashed = request.query.get("v") == asset.mark
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if hashed else "no-cache",
            "ETag": f'"{asset.mark}"',
        }
        if any(tag.value == asset.mark for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.content, content_type=asset.kind, charset="utf-8", headers=headers)


def _read(file: Path) -> Asset:
    content = file.read_bytes()
    return Asset(content, KINDS[file.suffix], hashlib.sha256(content).hexdigest()[:16])
