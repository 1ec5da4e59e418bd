"""A Bot API that others wrote: our bot against lo-bot-api-emulator, by polling and by webhook, on both databases.

Walked: the private chat, a group (commands, replies, callbacks, cleaning up) and a channel's post. Left out, as that
program has no such thing: `my_chat_member` and `channel_post` updates (so tipping is switched on past it, through our
services), asking who administers a chat, reactions, what only one member sees, payments of Telegram's own (ours are
the sandbox's). It plays inline queries; our bot has no inline mode and does not ask for them.
"""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bot import callbacks as cb
from giving.creators import BotRights
from giving.money import Money
from giving.people import Visibility, Visitor
from services.creators import ChatSeen, CreatorService
from services.people import PeopleService
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.processes import Stage, database_on, fetch, until
from tests.processes.emulator import Emulator, Json
from tests.processes.relay import Relay
from tests.processes.stage import WEBHOOK_SECRET
from tests.way.cast import QUICK
from tests.world import Rights

ANN: Final[Json] = {"id": 77, "is_bot": False, "first_name": "Ann", "language_code": "en"}
CARL: Final[Json] = {"id": 78, "is_bot": False, "first_name": "Carl", "language_code": "en"}
DORA: Final[Json] = {"id": 79, "is_bot": False, "first_name": "Dora", "language_code": "zh-hans"}
PRIVATE: Final[Json] = {"id": 77, "type": "private", "first_name": "Ann"}
GROUP: Final[Json] = {"id": -1001000000009, "type": "supergroup", "title": "Readers"}
CHANNEL: Final[Json] = {"id": -1001000000001, "type": "channel", "title": "Reading aloud"}
POST: Final = 7
# Calls that it does not play and answers so (its own --methods says it too).
NOT_PLAYED: Final = (
    "setMyName:501",  # at the start; after that the bot does not try the rest of its introduction
    "getChatMember:501",  # does the creator still administer the group? may Carl set it up?
    "setMessageReaction:501",  # the sign that a command was heard
)
# What it answers so is tried again for four seconds, and a delivery has five: one that took longer is brought again.
TOO_SLOW: Final = "webhook:0"
# Valid since Bot API 7.0, and refused by this version.
NOT_KNOWN: Final = ("link_preview_options", "reply_parameters.quote_parse_mode")
# Valid since 10.2. Without the parameter everybody would see the message, so that the relay refuses the call instead.
NOT_UNDERSTOOD: Final = ("ephemeral_message_parameters",)
# Every bot has a username; without it there are no links into the private chat to look at.
ME: Final[Json] = {"username": "yizan_bot"}
WAYS: Final = [(updates, database) for database in ("sqlite", "postgresql") for updates in ("polling", "webhook")]


@pytest.fixture(scope="module", params=WAYS, ids=["-".join(way) for way in WAYS])
def visited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stage, Emulator]]:
    """Our bot, whose Telegram is the emulator; the payments are the sandbox's."""
    updates, database = request.param
    folder = tmp_path_factory.mktemp("peers")
    if database == "sqlite":
        yield from _visit(folder, f"sqlite:///{folder}/yizan.db", updates)
        return
    with database_on(request.getfixturevalue("postgres"), f"peers_{updates}") as url:
        yield from _visit(folder, url, updates)


def _visit(folder: Any, database: str, updates: str) -> Iterator[tuple[Stage, Emulator]]:
    emulator = Emulator(folder)
    stage = Stage(folder / "stage", database, YIZAN_TELEGRAM__UPDATES=updates, YIZAN_TELEGRAM__TAP_LANE="auto", **QUICK)
    relay = Relay(emulator.url, NOT_KNOWN, refused=NOT_UNDERSTOOD, me=ME)
    stage.set(YIZAN_TELEGRAM__API_BASE=relay.url, YIZAN_WEB__PUBLIC_URL=stage.web)
    try:
        emulator.ready()
        yield stage.begin(), emulator
        stage.show_logs()
        sys.stdout.write("\n".join(relay.complaints))
        assert relay.dropped == set(NOT_KNOWN), "say no more than is so"
        assert relay.refused == set(NOT_UNDERSTOOD), "nor here"
    finally:
        stage.close()
        relay.close()
        emulator.program.close()


def _project(stage: Stage) -> UUID:
    return UUID(str(stage.rows("SELECT id FROM projects WHERE slug = 'village-libraries'")[0][0]))


def _pay(stage: Stage, amount: int) -> None:
    """The one payment of this amount that has a link, on the provider's page."""
    links = "SELECT url FROM payments WHERE amount_minor = :amount AND url IS NOT NULL"
    [(url,)] = until(lambda: stage.rows(links, amount=amount), "a link to pay")
    assert fetch("POST", url, {"action": "pay"}).status == 200
    stage.given["village-libraries"] += amount


def test_the_private_ways_are_understood_by_a_bot_api_that_is_not_ours(visited):
    stage, emulator = visited
    for text in ("/start", "/help", "/give", "/gifts", "/language", "/privacy", "/receipts", "what?", "x" * 4096):
        before = emulator.answered("sendMessage")
        emulator.says(text, ANN, PRIVATE)
        emulator.rises("sendMessage", before, text[:20])

    project, under = _project(stage), emulator.message(PRIVATE, "x")
    for data in (
        cb.ChooseLanguage(language="en").pack(),
        cb.GiveList(page=0).pack(),
        cb.GiveCard(project=project).pack(),
        cb.GiveTap(minor=500, currency="CNY", project=project).pack(),
        cb.GiftsPage().pack(),
        "not ours",
    ):
        before = emulator.answered("answerCallbackQuery")
        emulator.taps(data, ANN, under)
        emulator.rises("answerCallbackQuery", before, data)
    [(tip, amount)] = stage.rows("SELECT id, amount_minor FROM tips")
    assert amount == Money(500, "CNY").minor
    shown = cb.TipShown(tip=UUID(str(tip)), visibility=Visibility.NAMED).pack()
    for data in (shown, cb.TipDo(tip=UUID(str(tip)), deed=cb.TipDeed.CANCEL).pack()):
        before = emulator.answered("editMessageText")
        emulator.taps(data, ANN, under)
        emulator.rises("editMessageText", before, data)
    assert stage.rows("SELECT state FROM tips") == [("cancelled",)]
    until(emulator.acknowledged, "everything acknowledged")


def _tipping_is_on(stage: Stage) -> None:
    """In the group and in the channel, whose post has its buttons; as our services do it when Telegram says so."""

    async def run() -> None:
        engines, rights = open_engines(stage.database), Rights()
        unit = UnitOfWork(engines)
        creators = CreatorService(unit, rights, zone=ZoneInfo("Asia/Shanghai"), currency="CNY", language="en")
        try:
            runs = await PeopleService(unit, owners=[]).meet(Visitor(1001, "林晓雯", None, "zh-hans"), started=True)
            for chat in (GROUP, CHANNEL):
                rights.administrators.add((chat["id"], 1001))
                seen = ChatSeen(chat["id"], chat["type"], chat["title"], None)
                card = await creators.bot_changed(seen, BotRights(present=True, can_post=True, can_edit=True), runs)
                await creators.switch_on(card.chat.id, runs, _project_id)
            assert await creators.posted(CHANNEL["id"], POST, "今天读《小王子》", datetime.now(UTC))
        finally:
            await engines.close()

    _project_id = _project(stage)
    asyncio.run(run())


def _post_in(stage: Stage, chat: Json) -> tuple[UUID, int | None]:
    """Its one post, and the number of the message that carries its keyboard."""
    found = (
        "SELECT posts.id, carrier_message_id FROM posts JOIN chats ON chats.id = posts.chat_id"
        " WHERE chats.telegram_id = :chat"
    )
    [(post, carrier)] = stage.rows(found, chat=chat["id"])
    return UUID(str(post)), carrier


def test_a_groups_ways_are_understood_too(visited):
    stage, emulator = visited
    _tipping_is_on(stage)
    said = emulator.message(GROUP, "Who wants my old books?") | {"from": DORA}
    before = emulator.answered("sendMessage")
    emulator.says("/tip 5", CARL, GROUP, to=said)
    emulator.rises("sendMessage", before, "the carrier")
    until(lambda: (_post_in(stage, GROUP)[1] or 0) > 0, "its number is kept")

    before = emulator.answered("sendMessage")
    emulator.says("/tip@yizan_bot 1", DORA, GROUP, to=said)
    emulator.rises("sendMessage", before, "where Dora pays, whom the bot may not write to")
    until(lambda: emulator.answered("setMessageReaction", 501), "it tried to nod")

    before = emulator.answered("sendMessage")
    for failing in ("/tip 5", "/charity", "/help@yizan_bot"):
        emulator.says(failing, CARL, GROUP)
    emulator.rises("sendMessage", before, "a line to each", by=3)
    assert emulator.answered("getChatMember", 501), "/charity asks, and gets no answer"

    post, carrier = _post_in(stage, GROUP)
    under = emulator.message(GROUP, "x") | {"message_id": carrier, "from": {"id": 7, "is_bot": True, "first_name": "Y"}}
    for person in (ANN, CARL):  # to Ann in private; Carl gets a link
        before = emulator.answered("answerCallbackQuery")
        emulator.taps(cb.TipTap(minor=100, currency="CNY", post=post).pack(), person, under)
        emulator.rises("answerCallbackQuery", before, "a tap under the carrier")
    amounts = "SELECT amount_minor FROM tips WHERE post_id IS NOT NULL ORDER BY amount_minor"
    assert stage.rows(amounts) == [(100,), (100,), (100,), (500,)]

    edited, told = emulator.answered("editMessageText"), emulator.answered("sendMessage")
    _pay(stage, 100)
    emulator.rises("editMessageText", edited, "the card says paid, the carrier counts", by=2)
    emulator.rises("sendMessage", told, "the receipt")
    gone = 4  # two commands and their lines after ten seconds; what has a button stays for a minute
    until(lambda: emulator.answered("deleteMessage") >= gone, "what failed is tidied up", seconds=30)


def test_a_channels_post_counts_what_was_given(visited):
    stage, emulator = visited
    post, _ = _post_in(stage, CHANNEL)
    under = emulator.message(CHANNEL, "今天读《小王子》") | {"message_id": POST, "sender_chat": CHANNEL}
    before = emulator.answered("answerCallbackQuery")
    emulator.taps(cb.TipTap(minor=1000, currency="CNY", post=post).pack(), ANN, under)
    emulator.rises("answerCallbackQuery", before, "a tap under the post")
    counted = emulator.answered("editMessageReplyMarkup")
    _pay(stage, 1000)
    emulator.rises("editMessageReplyMarkup", counted, "the counter under the post")
    until(emulator.acknowledged, "everything acknowledged")
    stage.settled()


def test_a_webhook_was_brought_with_the_secret_and_taken(visited):
    _, emulator = visited
    pushed = {update for r in emulator.records if r.get("event") == "enqueue" for update in r["update_ids"]}
    if url := emulator.info()["url"]:
        assert emulator.brought(200) == pushed, "each, in the end"
        assert emulator.brought(*range(1, 200), *range(201, 600)) == set()
        forged = {"update_id": 1, "message": emulator.message(PRIVATE, "/start") | {"from": ANN}}
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}):
            assert fetch("POST", url, forged, headers).status in (401, 403), "only who knows the secret is heard"
    else:
        assert emulator.answered("getUpdates")
        assert not emulator.brought(*range(600))


def test_its_journal_finds_nothing_wrong(visited):
    """Every call of ours was accepted, and no exception is named that did not happen."""
    _, emulator = visited
    mine = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessage", "answerCallbackQuery")
    verdict = emulator.verdict(*mine, "setMyCommands", allowed=(*NOT_PLAYED, TOO_SLOW))
    refused = {f"{r['method']}:{r['status']}" for r in emulator.records if (r.get("status") or 200) >= 400}
    assert verdict.returncode == 0, (verdict.stdout, verdict.stderr, refused)
    assert refused == set(NOT_PLAYED)
    strict = emulator.verdict(allowed=NOT_PLAYED[1:])
    assert strict.returncode == 1, "its verdict fails on what is not allowed"
