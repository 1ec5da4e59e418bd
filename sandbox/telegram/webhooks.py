"""Webhooks: each queue in order, queues side by side, until a 2xx; by the rules of Telegram's own Bot API server.

Source: telegram-bot-api, WebhookActor.cpp: what failed is tried again at once, then after 2, 4, 8 … seconds up to one
to two minutes, or when its Retry-After says, and dropped when it would be too old by then.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import sqlite3
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import orjson

from sandbox.state import State

log = logging.getLogger(__name__)
LONGEST_PAUSE_S = 60
LONGEST_RETRY_AFTER_S = 3600
LONGEST_WAIT_S = 60.0
ANSWER_WITHIN_S = 60.0
# Methods that make no sense where nobody reads the result, or that would end the webhook from within.
NOT_FROM_A_WEBHOOK = ("deletewebhook", "setwebhook", "close", "logout")

Run = Callable[[int, str, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Webhook:
    bot: int
    url: str
    secret: str
    max_connections: int
    certificate: str | None = None
    ip_address: str | None = None
    error_at: int | None = None
    error: str | None = None


class Failed(Exception):
    """The update did not arrive; `retry_after` is what the other side asked for, in seconds."""

    def __init__(self, text: str, retry_after: int = 0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


def find(state: State, bot: int) -> Webhook | None:
    row = state.row("SELECT * FROM webhooks WHERE bot = ?", bot)
    return _webhook(row) if row else None


def save(state: State, webhook: Webhook) -> None:
    """Set or replace; what waits is due at once, and the last error is forgotten."""
    state.run(
        "INSERT INTO webhooks (bot, url, secret, certificate, max_connections, ip_address) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET url = excluded.url, secret = excluded.secret, certificate = excluded.certificate,"
        " max_connections = excluded.max_connections, ip_address = excluded.ip_address, error_at = NULL, error = NULL",
        webhook.bot,
        webhook.url,
        webhook.secret,
        webhook.certificate,
        webhook.max_connections,
        webhook.ip_address,
    )
    state.run("UPDATE updates SET due_at = 0, fails = 0, pause = 1 WHERE bot = ?", webhook.bot)
    state.tell(("webhooks", "due"))


def delete(state: State, bot: int) -> bool:
    """Whether there was one."""
    state.tell(("webhooks", "due"))
    return state.run("DELETE FROM webhooks WHERE bot = ?", bot) > 0


def _webhook(row: sqlite3.Row) -> Webhook:
    return Webhook(
        row["bot"],
        row["url"],
        row["secret"],
        row["max_connections"],
        row["certificate"],
        row["ip_address"],
        row["error_at"],
        row["error"],
    )


class Dispatcher:
    """Sends what is due; `run_method` executes a method that came as a webhook's answer."""

    def __init__(self, state: State, run_method: Run) -> None:
        self._state = state
        self._run_method = run_method
        self._under_way: dict[tuple[int, str], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled; what was under way then is sent again after the next start."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            try:
                with self._state.signals.listen(("webhooks", "due")) as news:
                    while not self._state.signals.closed:
                        self._send_due(session)
                        await news.next(self._wait_s())
            finally:
                tasks = list(self._under_way.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _send_due(self, session: aiohttp.ClientSession) -> None:
        for row in self._state.rows("SELECT * FROM webhooks"):
            webhook = _webhook(row)
            busy = sum(bot == webhook.bot for bot, _ in self._under_way)
            for update in self._heads(webhook.bot):
                queue = (webhook.bot, update["queue"])
                if busy >= webhook.max_connections:
                    break
                if queue in self._under_way or update["due_at"] > self._state.clock():
                    continue
                busy += 1
                task = asyncio.create_task(self._send(session, webhook, update))
                self._under_way[queue] = task
                task.add_done_callback(partial(self._freed, queue))

    def _freed(self, queue: tuple[int, str], _: asyncio.Task[None]) -> None:
        del self._under_way[queue]
        self._state.signals.publish(("webhooks", "due"), True)

    def _heads(self, bot: int) -> list[sqlite3.Row]:
        """The first update of each queue, without those too old to be of use."""
        now = self._state.now()
        if self._state.row("SELECT 1 FROM updates WHERE bot = ? AND expires_at <= ?", bot, now):
            with self._state.change():
                self._state.run("DELETE FROM updates WHERE bot = ? AND expires_at <= ?", bot, now)
        return self._state.rows(
            "SELECT * FROM updates WHERE id IN (SELECT min(id) FROM updates WHERE bot = ? GROUP BY queue) ORDER BY id",
            bot,
        )

    def _wait_s(self) -> float:
        waits = [LONGEST_WAIT_S]
        for row in self._state.rows("SELECT bot FROM webhooks"):
            waits += [
                update["due_at"] - self._state.clock()
                for update in self._heads(row["bot"])
                if (row["bot"], update["queue"]) not in self._under_way and update["due_at"] > self._state.clock()
            ]
        return max(min(waits), 0.001)

    async def _send(self, session: aiohttp.ClientSession, webhook: Webhook, update: sqlite3.Row) -> None:
        try:
            method = await _post(session, webhook, update)
        except Failed as failure:
            self._note_failure(webhook, update, failure)
            return
        with self._state.change():
            self._state.run("DELETE FROM updates WHERE id = ?", update["id"])
        if method:
            await self._run_method(webhook.bot, *method)

    def _note_failure(self, webhook: Webhook, update: sqlite3.Row, failure: Failed) -> None:
        now, pause = self._state.clock(), update["pause"]
        wait = min(max(failure.retry_after, 0), LONGEST_RETRY_AFTER_S)
        if not wait and update["fails"] > 0:
            pause = min(random.randint(LONGEST_PAUSE_S, LONGEST_PAUSE_S * 2), pause * 2)  # noqa: S311 - no secret
            wait = pause
        log.info("webhook: update %s: %s; again in %s s", update["id"], failure, wait)
        with self._state.change():
            self._state.run(
                "UPDATE webhooks SET error_at = ?, error = ? WHERE bot = ? AND url = ?",
                int(now),
                str(failure),
                webhook.bot,
                webhook.url,
            )
            if now + wait > update["expires_at"]:
                self._state.run("DELETE FROM updates WHERE id = ?", update["id"])
            else:
                self._state.run(
                    "UPDATE updates SET fails = fails + 1, pause = ?, due_at = ? WHERE id = ?",
                    pause,
                    now + wait,
                    update["id"],
                )


async def _post(
    session: aiohttp.ClientSession, webhook: Webhook, update: sqlite3.Row
) -> tuple[str, dict[str, Any]] | None:
    """Send one update; the method its answer asks for, if any. Raises Failed."""
    body = b'{"update_id":%d,"%s":%s}' % (update["id"], update["kind"].encode(), update["body"].encode())
    headers = {"Content-Type": "application/json"}
    if webhook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
    trust: ssl.SSLContext | bool = True
    if webhook.certificate:
        trust = ssl.create_default_context(cadata=webhook.certificate)
    try:
        async with session.post(webhook.url, data=body, headers=headers, allow_redirects=False, ssl=trust) as response:
            if not 200 <= response.status < 300:
                text = f"Wrong response from the webhook: {response.status} {response.reason}"
                raise Failed(text, _seconds(response.headers.get("Retry-After", "")))
            return await _method_in(response)
    except TimeoutError:
        raise Failed("Read timeout expired") from None
    except aiohttp.ClientConnectorCertificateError:
        raise Failed("SSL error {error:0A000086:SSL routines::certificate verify failed}") from None
    except aiohttp.ClientConnectorError as error:
        raise Failed(os.strerror(error.os_error.errno) if error.os_error.errno else "Connection failed") from None
    except aiohttp.ClientError:
        raise Failed("Webhook connection closed") from None


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


async def _method_in(response: aiohttp.ClientResponse) -> tuple[str, dict[str, Any]] | None:
    """A method in the answer's body: JSON, a form or multipart, as clients send them."""
    try:
        found = await _fields(response)
    except (ValueError, LookupError, AssertionError, UnicodeDecodeError):
        return None
    method = found.pop("method", None)
    if not isinstance(method, str) or method.lower() in NOT_FROM_A_WEBHOOK or method.lower().startswith("get"):
        return None
    return method, found


async def _fields(response: aiohttp.ClientResponse) -> dict[str, Any]:
    kind = response.content_type
    if kind.startswith("multipart/"):
        found: dict[str, Any] = {}
        reader = aiohttp.MultipartReader.from_response(response)
        while (part := await reader.next()) is not None:
            if isinstance(part, aiohttp.BodyPartReader) and part.name:
                found[part.name] = await part.text()
        return found
    body = await response.read()
    if kind == "application/json":
        sent = orjson.loads(body) if body else {}
        return sent if isinstance(sent, dict) else {}
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(), strict_parsing=True))
    return {}
