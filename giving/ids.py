"""An id as it travels in links and buttons: 22 URL-safe characters for the 16 bytes of a UUID."""

import base64
import binascii
from uuid import UUID


def token_of(identifier: UUID) -> str:
    """22 characters of A–Z a–z 0–9 _ -, fit for callback data (64 bytes) and deep links (64 characters)."""
    return base64.urlsafe_b64encode(identifier.bytes).rstrip(b"=").decode("ascii")


def id_of(token: str) -> UUID | None:
    """The id behind a token; None for anything that token_of did not make."""
    if len(token) != 22:
        return None
    try:
        identifier = UUID(bytes=base64.b64decode(token + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None
    return identifier if token_of(identifier) == token else None
