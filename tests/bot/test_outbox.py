"""The sender on the real outbox and a real HTTP server: at least once, merged, and one failure is one failure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from sqlalchemy import select, update

from bot import outbox as sender
from bot.build import build_bot
from bot.outbox import OutboxSender
from bot.sending import Limiter
from giving.notices import URGENCY
from giving.people import Person, Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.links import Links
from services.outbox import Notice, NoticeKind, OutboxService
from storage import health
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.tables import outbox, tips
from tests.bot.telegram import TOKEN, FakeTelegram, refusal
from tests.processes import free_port
from tests.world import World

Until = Callable[..., Awaitable[Any]]
ANY: Any = None
BUTTON = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", url="https://example.org")]])


@dataclass
class Words:
    text: str
    keyboard: InlineKeyboardMarkup | None = BUTTON
    photo: bytes | None = None
    tells: frozenset[UUID] | None = None


async def render(notices: Sequence[Notice], outbox: OutboxService, texts: Any, links: Any) -> Words | None:
    return Words(f"<b>{notices[0].kind}</b> × {len(notices)}")


async def queue(world: World, person: Person, kind: NoticeKind, count: int = 1) -> None:
    """Put notices into the outbox; thank-yous for somebody who wishes for them."""
    if kind is NoticeKind.THANKS:
        await world.subscriptions.choose(person, SubscriptionKind.THANKS, Often.ALL)
    now = world.time()
    async with world.unit() as work:
        fresh = [NewMessage(str(new_id()), kind, URGENCY[kind], person.id, new_id(), now) for _ in range(count)]
        await work.outbox.add_many(fresh, now=now)


async def rows(world: World) -> list[Any]:
    """What became of them."""
    async with world.unit.read() as work:
        return list(await work.connection.execute(select(outbox).order_by(outbox.c.id)))


def states(world: World) -> Callable[[], Awaitable[list[str]]]:
    async def read() -> list[str]:
        return sorted(row.state for row in await rows(world))

    return read


async def settled(world: World, until: Until) -> None:
    """Wait until each was tried and recorded."""

    async def tried() -> bool:
        found = await rows(world)
        return bool(found) and all(row.state != "queued" or row.error for row in found)

    await until(tried)


@asynccontextmanager
async def sending(bot: Bot, world: World, renderer: Any = render) -> AsyncIterator[None]:
    sender, stop = OutboxSender(bot, world.outbox, ANY, Links("http://x"), renderer), asyncio.Event()
    task = asyncio.create_task(sender.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 12)


async def test_receipts_of_one_donor_become_one_message(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    await queue(world, world.alice, NoticeKind.RECEIPT, 3)
    await queue(world, world.creator, NoticeKind.DIGEST)
    async with sending(bot, world):
        await until(lambda: len(telegram.calls) == 2)
        await settled(world, until)

    digest, receipt = sorted(telegram.of("sendMessage"), key=lambda call: call.chat)
    assert (receipt.chat, receipt.params["text"]) == (1002, "<b>receipt</b> × 3")
    assert receipt.params["parse_mode"] == "HTML"
    assert '"is_disabled": true' in receipt.params["link_preview_options"]
    assert "https://example.org" in receipt.params["reply_markup"]
    assert receipt.params["disable_notification"] == "false"
    assert (digest.chat, digest.params["text"]) == (1001, "<b>digest</b> × 1")
    found = await rows(world)
    assert {row.state for row in found} == {"sent"}
    assert len({row.message_id for row in found}) == 2


async def test_who_blocked_the_bot_is_marked_and_the_rest_is_told(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    telegram.by_chat[1002] = (403, refusal(403, "Forbidden: bot was blocked by the user"))
    await queue(world, world.alice, NoticeKind.RECEIPT)
    await queue(world, world.creator, NoticeKind.RECEIPT)
    async with sending(bot, world):
        await settled(world, until)

    assert await states(world)() == ["queued", "sent"], "a receipt waits for them to come back"
    async with world.unit.read() as work:
        alice = await work.people.by_telegram_id(1002)
    assert alice is not None
    assert not alice.reachable


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, refusal(500, "Internal Server Error"), "TelegramServerError"),
        (502, "<html>Bad Gateway</html>", "TelegramServerError"),
        (401, refusal(401, "Unauthorized"), "TelegramUnauthorizedError"),
    ],
)
async def test_what_may_pass_is_tried_again_later(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, status: int, body: Any, error: str
) -> None:
    telegram.plan("sendMessage", status, body)
    await queue(world, world.alice, NoticeKind.RECEIPT)
    async with sending(bot, world):
        await settled(world, until)
        [row] = await rows(world)
        assert (row.state, row.error) == ("queued", error)
        assert round((row.due_at - world.time()).total_seconds()) == 2
        world.time.passes(seconds=3)
        world.wakes.outbox.set()
        await until(lambda: len(telegram.calls) == 2)
        await until(lambda: _all(world, "sent"))


class Slow:
    """A Telegram that takes the message and gives no answer in time."""

    def __init__(self, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
        result, monkey = telegram.result, monkeypatch
        monkey.setattr(sender, "_REQUEST_S", 0.2)

        async def late(method: str, params: dict[str, str]) -> Any:
            await asyncio.sleep(0.5)
            return await result(method, params)

        monkey.setattr(telegram, "result", late)


@pytest.mark.parametrize("how", ["timeout", "gateway"])
async def test_thanks_that_may_have_arrived_are_never_sent_again(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "timeout":
        Slow(telegram, monkeypatch)
    else:
        telegram.plan("sendMessage", 502, "<html>Bad Gateway</html>")
    await queue(world, world.alice, NoticeKind.THANKS)
    async with sending(bot, world):
        await settled(world, until)
        world.time.passes(hours=1)
        world.wakes.outbox.set()
        await asyncio.sleep(0.2)
    [row] = await rows(world)
    assert row.state == "unknown"
    assert row.error in ("TelegramNetworkError", "TelegramServerError")
    assert len(telegram.of("sendMessage")) == 1
    async with world.unit.read() as work:
        assert (await health.outbox(work.connection, now=world.time())).unknown == 1


async def test_thanks_whose_sender_died_in_the_middle_are_never_sent_again(
    bot: Bot, telegram: FakeTelegram, world: World
) -> None:
    await queue(world, world.alice, NoticeKind.THANKS)
    [notice] = await world.outbox.claim()
    assert await world.outbox.begin([notice])
    assert not await world.outbox.begin([notice]), "once"
    world.time.passes(seconds=31)
    assert await world.outbox.claim() == []


async def test_thanks_that_certainly_did_not_arrive_come_later(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    telegram.refuse("sendMessage", 429, "Too Many Requests: retry after 4", retry_after=4)
    telegram.refuse("sendMessage", 401, "Unauthorized")
    await queue(world, world.alice, NoticeKind.THANKS)
    async with sending(bot, world):
        for tries in (1, 2, 3):
            await until(lambda tries=tries: len(telegram.of("sendMessage")) == tries)
            await asyncio.sleep(0.1)
            world.time.passes(seconds=20)
            world.wakes.outbox.set()
        await until(lambda: _all(world, "sent"))


async def test_thanks_wait_while_nobody_listens_at_telegrams_address(world: World, until: Until) -> None:
    nowhere = build_bot(TOKEN, f"http://127.0.0.1:{free_port()}", Limiter())
    await queue(world, world.alice, NoticeKind.THANKS)
    async with sending(nowhere, world):
        await settled(world, until)
    await nowhere.session.close()
    assert await states(world)() == ["queued"]


async def test_a_notice_that_can_never_be_written_is_given_up_after_a_while(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    async def broken(*args: Any) -> Words | None:
        raise LookupError("no such message")

    async def tried(times: int) -> bool:
        return bool([row for row in await rows(world) if row.attempts == times and row.error])

    await queue(world, world.alice, NoticeKind.RECEIPT)
    async with sending(bot, world, broken):
        for times in range(1, sender.MOST_TRIES + 1):
            await until(lambda times=times: tried(times))
            world.time.passes(seconds=301)
            world.wakes.outbox.set()
        await until(lambda: _all(world, "failed"))
    [row] = await rows(world)
    assert row.error == "LookupError (tried 12 times)"


async def test_told_to_wait_it_waits_as_long_as_it_was_told(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    telegram.refuse("sendMessage", 429, "Too Many Requests: retry after 40", retry_after=40)
    await queue(world, world.alice, NoticeKind.RECEIPT)
    async with sending(bot, world):
        await settled(world, until)
    [row] = await rows(world)
    assert (row.state, round((row.due_at - world.time()).total_seconds())) == ("queued", 40)


async def _all(world: World, state: str) -> bool:
    return {row.state for row in await rows(world)} == {state}


async def test_a_message_telegram_refuses_is_given_up_alone(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    for _ in range(2):  # the merged one, then the first by itself
        telegram.refuse("sendMessage", 400, "Bad Request: can't parse entities")
    await queue(world, world.alice, NoticeKind.RECEIPT, 3)
    async with sending(bot, world):
        await settled(world, until)

    assert await states(world)() == ["failed", "sent", "sent"]
    assert [call.params["text"][-1] for call in telegram.of("sendMessage")] == ["3", "1", "1", "1"]


async def test_somebody_telegram_does_not_know_is_unreachable(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    telegram.refuse("sendMessage", 400, "Bad Request: chat not found")
    await queue(world, world.alice, NoticeKind.RECEIPT, 2)
    async with sending(bot, world):
        await settled(world, until)
    assert await states(world)() == ["queued", "queued"]


async def test_a_mistake_in_rendering_harms_its_own_notice_only(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    await queue(world, world.alice, NoticeKind.RECEIPT, 3)
    bad = (await rows(world))[1].id

    async def broken(notices: Sequence[Notice], *rest: Any) -> Words | None:
        if any(notice.id == bad for notice in notices):
            raise LookupError("no such message")
        return Words("fine")

    async with sending(bot, world, broken):
        await settled(world, until)
    assert {row.id: (row.state, row.error) for row in await rows(world) if row.error} == {
        bad: ("queued", "LookupError")
    }
    assert await states(world)() == ["queued", "sent", "sent"]


async def test_nothing_left_to_say_is_done(bot: Bot, telegram: FakeTelegram, world: World, until: Until) -> None:
    async def nothing(*args: Any) -> Words | None:
        return None

    await queue(world, world.creator, NoticeKind.DIGEST)
    async with sending(bot, world, nothing):
        await until(lambda: _all(world, "sent"))
    assert telegram.calls == []


@pytest.mark.parametrize("all_of_them", [True, False])
async def test_what_decides_about_money_and_was_not_told_did_not_arrive(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, all_of_them: bool
) -> None:
    async def some(notices: Sequence[Notice], *_: Any) -> Words | None:
        return None if all_of_them else Words("one of them", tells=frozenset({notices[0].id}))

    await queue(world, world.alice, NoticeKind.PLEDGE_ANNOUNCED, count=2)
    async with sending(bot, world, some):

        async def done() -> bool:
            return "queued" not in await states(world)()

        await until(done)
    assert sorted(await states(world)()) == (["skipped"] * 2 if all_of_them else ["sent", "skipped"])
    assert len(telegram.of("sendMessage")) == (0 if all_of_them else 1)


@pytest.mark.parametrize(
    "said", [None, "message is not modified: …", "message can't be edited", "message to edit not found"]
)
async def test_a_card_is_edited_or_it_is_no_matter(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, said: str | None
) -> None:
    tip = await world.tip(world.alice, "5")
    async with world.unit() as work:
        await work.connection.execute(update(tips).where(tips.c.id == tip.id).values(card_message_id=77))
        card = NewMessage("card", NoticeKind.CARD, 1, world.alice.id, tip.id, world.time())
        await work.outbox.add_many([card], now=world.time())
    if said:
        telegram.refuse("editMessageText", 400, f"Bad Request: {said}")
    async with sending(bot, world):
        await until(lambda: _all(world, "sent"))

    [edit] = telegram.calls
    assert (edit.method, edit.chat, edit.params["message_id"]) == ("editMessageText", 1002, "77")


@pytest.mark.parametrize(("failures", "told"), [(1, 1), (3, 1), (4, 2)])
async def test_what_arrived_is_recorded_with_patience_and_sent_again_only_if_it_can_not_be(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, monkeypatch: pytest.MonkeyPatch, failures: int,
    told: int,
) -> None:  # fmt: skip
    record, left = world.outbox.sent, [OSError("disk full")] * failures

    async def sent(notices: Sequence[Notice], message_id: int | None) -> None:
        if left:
            raise left.pop()
        await record(notices, message_id)

    monkeypatch.setattr(world.outbox, "sent", sent)
    monkeypatch.setattr(sender, "_MARK_AGAIN_S", (0.01, 0.01, 0.01))
    await queue(world, world.alice, NoticeKind.RECEIPT)
    async with sending(bot, world):
        await until(lambda: len(telegram.calls) == 1 and not left)
        await until(lambda: not world.outbox._held)
        world.time.passes(seconds=31)
        await until(lambda: _all(world, "sent"))
    assert len(telegram.calls) == told


async def test_a_database_away_for_a_moment_does_not_end_the_sender(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, failures = world.outbox.claim, [OSError("gone"), OSError("gone")]

    async def flaky(**which: Any) -> list[Notice]:
        if failures:
            raise failures.pop()
        return await claim(**which)

    monkeypatch.setattr(world.outbox, "claim", flaky)
    await queue(world, world.alice, NoticeKind.RECEIPT)
    async with sending(bot, world):
        await until(lambda: _all(world, "sent"))


async def test_many_people_are_told_side_by_side(bot: Bot, telegram: FakeTelegram, world: World, until: Until) -> None:
    for number in range(25):
        person = await world.people.meet(Visitor(2000 + number, f"P{number}"), started=True)
        await queue(world, person, NoticeKind.RECEIPT)
    async with sending(bot, world):
        await until(lambda: _all(world, "sent"))
    assert len({call.chat for call in telegram.calls}) == 25


async def test_stopping_leaves_what_was_not_begun_to_the_next_start(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    begun = asyncio.Event()

    async def slow(*args: Any) -> Words | None:
        begun.set()
        await asyncio.sleep(0.2)
        return Words("fine")

    for kind in (NoticeKind.RECEIPT, NoticeKind.REFUNDED, NoticeKind.DIGEST):
        await queue(world, world.creator, kind)
    async with sending(bot, world, slow):
        await begun.wait()
    assert await states(world)() == ["queued", "queued", "sent"]

    world.time.passes(seconds=31)
    async with sending(bot, world):
        await until(lambda: _all(world, "sent"))
    assert len(telegram.calls) == 3
