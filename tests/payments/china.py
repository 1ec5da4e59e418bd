"""What both gateways of ours have: a clock that tests move, RSA keys made once, a server on loopback."""

import functools
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

CHINA = timezone(timedelta(hours=8))


class Clock:
    """Begins now, to the second (the libraries' own stamps are by the real clock), and stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by

    def on_paper(self, at: datetime | None = None) -> str:
        """`2026-11-22 12:00:00`, as both write it in China."""
        return (at or self.at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


class Key:
    """An RSA key of somebody's."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key
        self.private_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.public_pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, text: str) -> str:
        return b64encode(self._key.sign(text.encode(), PKCS1v15(), SHA256())).decode()

    def signed(self, text: str, signature: str) -> bool:
        try:
            self._key.public_key().verify(b64decode(signature), text.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


@functools.cache
def key_of(who: str) -> Key:
    """The same for the same name, in one run."""
    return Key(generate_private_key(public_exponent=65537, key_size=2048))


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Its address."""
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()
