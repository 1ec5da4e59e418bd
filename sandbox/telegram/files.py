"""The files of the sandbox: kept whole in its state, named by an id, measured where they are pictures."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import secrets
import struct
import zlib
from dataclasses import dataclass

from sandbox.state import State
from sandbox.telegram.errors import bad_request, not_played

LARGEST_PHOTO = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    mime: str
    bytes: bytes


@dataclass(frozen=True, slots=True)
class File:
    """`width` and `height` are of pictures; `unique_id` is the same for the same bytes."""

    id: str
    name: str
    mime: str
    bytes: bytes
    width: int | None
    height: int | None

    @property
    def unique_id(self) -> str:
        return hashlib.sha256(self.bytes).hexdigest()[:15]

    @property
    def path(self) -> str:
        """As getFile names it; the id is the only part that counts."""
        extension = mimetypes.guess_extension(self.mime) or ""
        return f"{'photos' if self.width else 'documents'}/{self.id}{extension}"


def keep(state: State, name: str, mime: str, content: bytes) -> File:
    """Store a new file; it is a picture if its bytes are one, whatever it is called."""
    if not content:
        raise bad_request("file must be non-empty")
    measured = measure(content)
    kind, width, height = measured or (mime or "application/octet-stream", None, None)
    new = File(f"SB{secrets.token_urlsafe(24)}", name or "file", kind, content, width, height)
    state.run("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", new.id, new.name, new.mime, new.bytes, width, height)
    return new


def find(state: State, file_id: str) -> File | None:
    row = state.row("SELECT * FROM files WHERE id = ?", file_id)
    return File(row["id"], row["name"], row["mime"], row["bytes"], row["width"], row["height"]) if row else None


def find_by_path(state: State, path: str) -> File | None:
    match = re.fullmatch(r"(?:photos|documents)/([\w-]+?)(?:\.\w+)?", path)
    return find(state, match[1]) if match else None


def given(state: State, value: str, what: str, uploads: dict[str, Upload]) -> File:
    """The file a call means: uploaded (`attach://field`), or one known already, by its id."""
    if value.startswith("attach://"):
        upload = uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f"there is no {what} in the request")
        return keep(state, upload.name, upload.mime, upload.bytes)
    if re.match(r"(?i)https?://", value):
        raise not_played("files by URL, since it reaches nothing but this machine; upload the file")
    found = find(state, value)
    if found is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return found


def measure(content: bytes) -> tuple[str, int, int] | None:
    """MIME type, width and height of a PNG, GIF, JPEG or WebP."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return "image/png", *struct.unpack(">II", content[16:24])
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        return "image/gif", *struct.unpack("<HH", content[6:10])
    if content.startswith(b"\xff\xd8"):
        size = _jpeg_size(content)
        return ("image/jpeg", *size) if size else None
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        width, height = (int.from_bytes(content[i : i + 3], "little") + 1 for i in (24, 27))
        return "image/webp", width, height
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def placeholder(width: int = 640, height: int = 480, colour: tuple[int, int, int] = (214, 196, 160)) -> bytes:
    """A PNG of one colour, for the photos people post here."""
    row = b"\0" + bytes(colour) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height, 9)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
