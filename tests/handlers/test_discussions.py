"""Discussion groups: where a channel's post can't have buttons, one reply under its copy has them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendMessage
from sqlalchemy import select

from giving.money import Money
from storage.tables import posts, tips
from tests.handlers.chat import NOW, Chat, answers, buttons, keyboards_put, user
from tests.handlers.test_creators import post
from tests.world import CHANNEL, World

DISCUSSION = -1001000000077
ANY: Any = None
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
PHOTO = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
ALBUM: Any = {"photo": PHOTO, "text": None, "caption": "早安", "media_group_id": "a1"}
OWN: Any = {"reply_markup": {"inline_keyboard": [[{"text": "mine", "url": "https://example.org"}]]}}
ELSEWHERE: Any = {"forward_origin": {"type": "hidden_user", "date": NOW, "sender_user_name": "x"}}


def copied(number: int, of: int, **more: Any) -> dict[str, Any]:
    """The post as Telegram forwards it by itself."""
    channel = {"id": CHANNEL, "type": "channel", "title": "C"}
    origin = {"type": "channel", "chat": channel, "message_id": of, "date": NOW}
    return {
        "message_id": number, "date": NOW, "chat": {"id": DISCUSSION, "type": "supergroup", "title": "讨论"},
        "from": TELEGRAM, "sender_chat": channel, "is_automatic_forward": True, "forward_origin": origin,
        "text": "早安",
    } | more  # fmt: skip


async def forwarded(chat: Chat, number: int, of: int, **more: Any) -> list[Any]:
    return await chat.feed(message=copied(number, of, **more))


def carriers(done: list[Any]) -> list[Any]:
    return [m for m in done if isinstance(m, SendMessage) and m.chat_id == DISCUSSION]


async def told(world: World) -> list[str]:
    notices = [n for n in await world.outbox.claim() if n.person == world.creator.id]
    for notice in notices:
        await world.outbox.sent([notice], 1)
    return [str(n.kind) for n in notices]


@pytest.fixture
def linked(chat: Chat) -> None:
    chat.calls.linked, chat.calls.bot_status = DISCUSSION, "administrator"


async def test_a_post_that_carries_itself_needs_no_reply(chat, world, linked):
    assert len(keyboards_put(await post(chat))) == 1
    assert await forwarded(chat, 5, 50) == []


@pytest.mark.parametrize("kind", [ALBUM, OWN, ELSEWHERE], ids=["album", "own buttons", "forwarded"])
@pytest.mark.parametrize("first", ["post", "copy"])
async def test_a_post_that_can_not_is_carried_by_one_reply_under_its_copy(chat, world, linked, kind, first):
    origin: Any = {} if kind is not ELSEWHERE else ELSEWHERE
    if first == "copy":
        if kind is ELSEWHERE:
            pytest.skip("what was forwarded from elsewhere is known by its words, so the post comes first")
        assert carriers(await forwarded(chat, 5, 50)) == []
        (carrier,) = carriers(await post(chat, **kind))
    else:
        assert carriers(await post(chat, **kind)) == []
        (carrier,) = carriers(await forwarded(chat, 5, 50, **origin))
    assert carrier.reply_parameters.message_id == 5
    assert [text for text, _ in buttons(carrier)][1:] == ["¥1", "¥5", "¥10", "其他"]
    assert carriers(await forwarded(chat, 5, 50, **origin)) == [], "the same update again"
    assert carriers(await post(chat, **kind)) == []
    assert await told(world) == []


async def test_a_post_that_telegram_will_not_let_us_edit_is_carried_by_a_reply(chat, world, linked):
    chat.calls.refuse["editMessageReplyMarkup"] = TelegramBadRequest(ANY, "Bad Request: message can't be edited")
    assert carriers(await post(chat)) == []
    (carrier,) = carriers(await forwarded(chat, 5, 50))
    assert carrier.reply_parameters.message_id == 5


async def test_other_amounts_put_nothing_under_the_messages_of_an_album(chat, world, linked):
    await post(chat, message=60)
    for n in (50, 51, 52):
        await post(chat, message=n, **ALBUM)
        await forwarded(chat, 100 + n, n)
    await world.creators.set_presets(world.chat.chat.id, world.creator, [Money(200, "CNY")])
    async with world.unit.read() as work:
        due = await work.creators.counters_due(now=world.time() + timedelta(hours=1), every=timedelta(0), limit=99)
    assert sorted(post.message_id for post in due) == [7, 50, 60], "posts, and the one reply under the album"


async def test_an_album_has_several_copies_and_one_reply(chat, world, linked):
    done = [*await forwarded(chat, 5, 50), *await post(chat, **ALBUM), *await post(chat, message=51, **ALBUM)]
    done += [*await forwarded(chat, 6, 51), *await post(chat, message=52, **ALBUM), *await forwarded(chat, 7, 52)]
    (carrier,) = carriers(done)
    assert carrier.reply_parameters.message_id == 5


async def test_the_post_and_its_copy_at_once_make_one_reply(chat, world, linked):
    for n in range(60, 70):
        album = ALBUM | {"media_group_id": f"a{n}"}
        both = await asyncio.gather(post(chat, message=n, **album), forwarded(chat, 100 + n, n))
        assert both
    assert len(carriers(chat.calls.made)) == 10


async def test_taps_on_the_reply_count_for_the_channels_post(chat, world, linked):
    await post(chat, **ALBUM)
    (carrier,) = carriers(await forwarded(chat, 5, 50))
    await chat.taps(1002, buttons(carrier)[1][1] or "", chat=DISCUSSION, message=1000)
    async with world.unit.read() as work:
        (tip,) = list(await work.connection.execute(select(tips)))
        (row,) = list(await work.connection.execute(select(posts).where(posts.c.message_id == 50)))
    assert (tip.post_id, tip.chat_id, tip.project_id) == (row.id, world.chat.chat.id, world.library.id)


async def test_tip_under_the_copy_goes_to_the_channels_post(chat, world, linked):
    await post(chat)
    await forwarded(chat, 5, 50)
    where = {"id": DISCUSSION, "type": "supergroup", "title": "讨论"}
    body = {"message_id": 9, "date": NOW, "chat": where, "from": user(1002), "reply_to_message": copied(5, 50)}
    (line,) = await chat.feed(message=body | {"text": "/tip"})
    assert "under the post in the channel" in line.text
    await chat.feed(message=body | {"text": "/tip 5", "message_id": 10})
    async with world.unit.read() as work:
        (tip,) = list(await work.connection.execute(select(tips)))
    assert (tip.chat_id, tip.amount_minor) == (world.chat.chat.id, 500)


@pytest.mark.parametrize(
    ("group", "status", "kind"),
    [
        (None, "left", "no_discussion"), (DISCUSSION, "left", "not_in_group"), (DISCUSSION, "kicked", "not_in_group"),
        (DISCUSSION, "member", "blind_in_group"),
    ],
)  # fmt: skip
async def test_what_is_lacking_is_told_to_the_creator_once(chat, world, group, status, kind):
    chat.calls.linked, chat.calls.bot_status = group, status
    await post(chat, **ALBUM)
    assert await told(world) == [kind]
    await post(chat, message=60, **(ALBUM | {"media_group_id": "a2"}))
    await post(chat, message=61, **OWN)
    assert await told(world) == []


async def test_a_tap_on_the_reply_of_another_post_is_refused(chat, world, linked):
    await post(chat, **ALBUM)
    (carrier,) = carriers(await forwarded(chat, 5, 50))
    (refused,) = answers(await chat.taps(1002, buttons(carrier)[1][1] or "", chat=DISCUSSION, message=1))
    assert refused.show_alert
