"""The whole body of a request, as long as it is small and comes in time."""

import asyncio
from typing import Final

from aiohttp import web

READ_TIMEOUT_S: Final = 5


class BodyRefused(Exception):
    """It can't be read; `status` and `reason` say why."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.status, self.reason = status, reason


async def read_body(request: web.Request, most: int) -> bytes:
    """At most `most` bytes. Raises: BodyRefused (413 as soon as that is known, 400 broken off, 408 too slow)."""
    if (request.content_length or 0) > most:
        raise BodyRefused(413, "too_large")
    body = bytearray()
    try:
        if request.content.is_eof():  # all of it came with the headers, as it mostly does
            body += request.content.read_nowait()
        else:
            async with asyncio.timeout(READ_TIMEOUT_S):
                async for part in request.content.iter_any():
                    body += part
                    if len(body) > most:
                        break
    except (web.RequestPayloadError, ConnectionError):
        raise BodyRefused(400, "broken_off") from None
    except TimeoutError:
        raise BodyRefused(408, "too_slow") from None
    if len(body) > most:
        raise BodyRefused(413, "too_large")
    return bytes(body)
