"""Groups, as their members and administrators see them."""

from dataclasses import replace
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramMigrateToChat
from aiogram.methods import DeleteMessage, EditMessageText, SendMessage, SetMessageReaction
from sqlalchemy import select
from structlog.testing import capture_logs

from bot import callbacks as cb
from bot.cleanups import Cleaner
from bot.counters import CounterEditor
from giving.creators import Carried
from giving.ids import token_of
from giving.people import Visitor
from giving.projects import ProjectState
from giving.tips import TipState
from storage.tables import chats, cleanups, posts, tips
from tests.handlers.chat import BOT, NOW, Chat, answers, buttons, texts_of, urls, user
from tests.handlers.test_creators import membership
from tests.world import GROUP, World, cny

ALICE, BOB, CREATOR = 1002, 1004, 1001
ANONYMOUS: Any = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
ANY: Any = None


@pytest.fixture
async def on(world: World) -> None:
    await world.group()


def place(kind: str = "supergroup", group: int = GROUP) -> dict[str, Any]:
    return {"id": group, "type": kind, "title": "读书会"}


def message(number: int = 70, by: int = BOB, **more: Any) -> dict[str, Any]:
    body = {"message_id": number, "date": NOW, "chat": place(), "from": user(by), "text": "读完了第三章"}
    return {key: value for key, value in (body | more).items() if value is not None}


async def say(chat: Chat, text: str, *, by: int = ALICE, number: int = 90, **more: Any) -> list[Any]:
    """Somebody writes in the group."""
    body = {"message_id": number, "date": NOW, "chat": place(), "from": user(by), "text": text} | more
    return await chat.feed(message=body)


async def reply(chat: Chat, text: str, *, to: dict[str, Any] | None = None, **more: Any) -> list[Any]:
    """Somebody answers a message of the group."""
    return await say(chat, text, reply_to_message=to or message(), **more)


def in_group(done: list[Any]) -> list[Any]:
    return [m for m in done if isinstance(m, SendMessage) and m.chat_id == GROUP]


def in_private(done: list[Any]) -> list[Any]:
    return [m for m in done if isinstance(m, SendMessage) and int(m.chat_id) > 0]


async def rows(world: World, table: Any) -> list[Any]:
    async with world.unit.read() as work:
        return list(await work.connection.execute(select(table)))


def counters(chat: Chat, world: World) -> CounterEditor:
    """The loop that edits, on the same parts."""
    carriers = chat.dispatcher["carriers"]
    texts, links = carriers.texts, carriers.links
    return CounterEditor(chat.bot, world.counters, world.creators, world.tips, texts, links, carriers=carriers)


# --- /tip ------------------------------------------------------------------------------------------------------------


async def test_a_reply_with_tip_puts_one_silent_message_with_the_amounts_under_it(chat, world, on):
    (carrier,) = await reply(chat, "/tip")
    assert (carrier.chat_id, carrier.reply_parameters.message_id, carrier.disable_notification) == (GROUP, 70, True)
    assert "100% 给「免费午餐」" in carrier.text.replace("\u2068", "").replace("\u2069", "")
    assert [text for text, _ in buttons(carrier)] == ["❤ 公益赞赏 · 100% 捐出 · 测试", "¥1", "¥5", "¥10", "其他"]
    (post,) = [p for p in await rows(world, posts) if p.carried == Carried.REPLY]
    assert (post.message_id, post.carrier_chat, post.carrier_message_id) == (70, GROUP, 1000)
    assert (await world.people.meet(Visitor(BOB, "Bob", None, "en"))).id == post.author_id


@pytest.mark.parametrize("text", ["/tip 5", "/tip@yizan_bot 5", "/tip ５", "/tip ¥5", "/tip 5元", "/TIP 5"])
async def test_an_amount_leads_to_pay_in_private(chat, world, on, text):
    done = await reply(chat, text)
    (card,) = in_private(done)
    assert card.chat_id == ALICE
    assert "¥5" in card.text
    assert any(url.startswith("https://pay.example/") for url in urls(card))
    assert len(in_group(done)) == 1
    (tip,) = await rows(world, tips)
    assert (tip.amount_minor, tip.project_id, tip.creator_id) == (500, world.meals.id, world.creator.id)


async def test_a_second_tip_on_the_same_message_sends_no_second_carrier_and_is_noted(chat, world, on):
    await reply(chat, "/tip")
    done = await reply(chat, "/tip", by=BOB, number=91)
    assert in_group(done) == []
    assert [m.message_id for m in done if isinstance(m, SetMessageReaction)] == [91]


async def test_who_never_started_the_bot_finds_the_tip_behind_the_counter(chat, world, on):
    done = await reply(chat, "/tip 5", by=BOB)
    (carrier,) = in_group(done)
    assert in_private(done) == []
    (start,) = urls(carrier)
    world.time.passes(seconds=2)
    (card,) = texts_of(await chat.says(BOB, f"/start {start.partition('start=')[2]}"))
    assert "¥5" in card
    assert "Before you pay" in card


async def test_where_the_bot_may_whisper_the_member_gets_pay_and_cancel_for_their_eyes_only(chat, world, on):
    chat.calls.ephemeral = True
    done = await reply(chat, "/tip 5", by=BOB)
    _, whisper = in_group(done)
    assert whisper.ephemeral_message_parameters.receiver_user_id == BOB
    assert "start=t_" in urls(whisper)[0]
    _, cancel = buttons(whisper)
    body = {
        "id": "9", "from": user(BOB), "chat_instance": "1", "data": cancel[1],
        "message": {"message_id": 0, "ephemeral_message_id": 5, "date": NOW, "chat": place(), "text": "x"},
    }  # fmt: skip
    edited, answer = await chat.feed(callback_query=body)
    assert (edited.__api_method__, edited.receiver_user_id, edited.ephemeral_message_id) == (
        "editEphemeralMessageText", BOB, 5,
    )  # fmt: skip
    assert answers([answer])
    assert [tip.state for tip in await rows(world, tips)] == [TipState.CANCELLED]


async def test_a_server_that_does_not_know_whispers_shows_nothing_to_the_group(chat, world, on, monkeypatch):
    request = chat.calls.make_request

    async def old_server(bot: Any, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendMessage) and method.ephemeral_message_parameters is not None:
            method = method.model_copy(update={"ephemeral_message_parameters": None})
        return await request(bot, method, timeout)

    monkeypatch.setattr(chat.calls, "make_request", old_server)
    done = await reply(chat, "/tip 5")
    assert [m.message_id for m in done if isinstance(m, DeleteMessage)] == [1002], "taken back at once"
    again = await reply(chat, "/tip 5", to=message(71), number=91)
    assert len(in_group(again)) == 1, "and never tried again"


async def test_taps_on_the_carrier_count_and_elsewhere_they_do_not(chat, world, on):
    (carrier,) = await reply(chat, "/tip")
    one = buttons(carrier)[1][1]
    done = await chat.taps(ALICE, one, chat=GROUP, message=1000)
    assert len(in_private(done)) == 1
    (refused,) = answers(await chat.taps(BOB, one, chat=GROUP, message=1001))
    assert refused.show_alert


async def test_a_tap_before_the_carriers_number_is_kept_counts_too(chat, world, on):
    await reply(chat, "/tip")
    async with world.unit() as work:
        await work.connection.execute(posts.update().where(posts.c.message_id == 70).values(carrier_message_id=0))
    post = next(p for p in await rows(world, posts) if p.message_id == 70)
    data = cb.TipTap(post=post.id, minor=100, currency="CNY").pack()
    under = {"message_id": 1000, "date": NOW, "chat": place(), "from": BOT, "text": "x"}
    body = {"id": "1", "from": user(ALICE), "chat_instance": "1", "data": data}
    assert in_private(await chat.feed(callback_query=body | {"message": under}))
    foreign = under | {"from": user(BOB)}
    (refused,) = answers(await chat.feed(callback_query=body | {"id": "2", "message": foreign}))
    assert refused.show_alert


async def test_the_author_is_named_only_if_they_wish(chat, world, on):
    (carrier,) = await reply(chat, "/tip")
    assert "Bob" not in carrier.text
    bob = await world.people.meet(Visitor(BOB, "Bob", None, "en"))
    async with world.unit() as work:
        await work.people.set(bob.id, thanked_by_name=True)
    (carrier,) = await reply(chat, "/tip", to=message(71), number=91)
    assert "谢谢 Bob" in carrier.text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize("state", ["unknown", "off", "paused", "on"])
async def test_an_author_is_met_only_where_their_message_can_be_tipped(chat, world, state):
    if state != "unknown":
        card = await world.group(on=state != "off")
        if state == "paused":
            await world.creators.pause(card.chat.id, world.creator)
    author: Any = {"from": user(1500)}
    await reply(chat, "/tip", to=message(**author))
    async with world.unit.read() as work:
        known = await work.people.by_telegram_id(1500)
    assert (known is not None) == (state == "on")


@pytest.mark.parametrize("author", [ANONYMOUS | {}, user(1500) | {"is_bot": True}])
async def test_messages_of_bots_and_anonymous_people_have_no_author(chat, world, on, author):
    await reply(chat, "/tip", to=message(**{"from": author}))
    (post,) = [p for p in await rows(world, posts) if p.carried == Carried.REPLY]
    assert post.author_id is None


async def test_the_carrier_offers_the_groups_own_amounts(chat, world, on):
    async with world.unit.read() as work:
        group = await work.creators.chat_by_telegram_id(GROUP)
    assert group is not None
    await world.creators.set_presets(group.id, world.creator, [cny("2"), cny("6.66")])
    (carrier,) = await reply(chat, "/tip")
    assert [text for text, _ in buttons(carrier)][1:] == ["¥2", "¥6.66", "其他"]


# --- What goes wrong in a group --------------------------------------------------------------------------------------


async def failed(world: World, done: list[Any], said: str) -> None:
    """One line that answers the command; both are to be deleted after ten seconds."""
    (line,) = done
    assert isinstance(line, SendMessage)
    assert line.reply_parameters is not None
    assert (line.chat_id, line.reply_parameters.message_id, line.disable_notification) == (GROUP, 90, True)
    text = line.text.replace("\u2068", "").replace("\u2069", "")
    assert said in text
    assert text.count("\n") == 2, "one line, and the one on test money"
    kept = await rows(world, cleanups)
    assert {(row.chat, row.message_id) for row in kept} == {(GROUP, 90), (GROUP, 1000)}
    assert {(row.due_at - world.time()).total_seconds() for row in kept} == {10}
    assert [p for p in await rows(world, posts) if p.carried == Carried.REPLY] == []
    assert await rows(world, tips) == []


async def test_tip_without_a_reply_says_how(chat, world, on):
    await failed(world, await say(chat, "/tip 5"), "Reply to a message with /tip")


async def test_in_a_forum_the_message_that_opened_the_topic_is_no_reply(chat, world, on):
    opened = message(text=None, forum_topic_created={"name": "x", "icon_color": 1})
    await failed(world, await reply(chat, "/tip 5", to=opened), "Reply to a message with /tip")


async def test_in_a_group_that_is_off_it_says_who_can_switch_it_on(chat, world):
    await world.group(on=False)
    await failed(world, await reply(chat, "/tip"), "send /charity in the group")


async def test_in_a_group_nobody_heard_of_it_says_so(chat, world):
    await failed(world, await reply(chat, "/tip"), "Charity tips are not on in 读书会")


async def test_in_a_group_that_rests_it_says_so_and_standing_carriers_lose_their_amounts(chat, world, on):
    card = await world.group()
    await world.creators.pause(card.chat.id, world.creator)
    await failed(world, await reply(chat, "/tip 5"), "paused")
    await world.creators.resume(card.chat.id, world.creator)
    await reply(chat, "/tip", to=message(71), number=91)
    await world.creators.pause(card.chat.id, world.creator)
    world.time.passes(seconds=5)
    before = len(chat.calls.made)
    await counters(chat, world)._edit_some()
    (edit,) = [m for m in chat.calls.made[before:] if isinstance(m, EditMessageText)]
    assert len(buttons(edit)) == 1, "the counter alone"


async def test_a_creator_who_administers_the_group_no_longer_pauses_it(chat, world, on):
    world.rights.administrators.clear()
    await failed(world, await reply(chat, "/tip 5"), "paused")


@pytest.mark.parametrize(("by", "said"), [
    (ALICE, "Its project “meals project” is still open"), (CREATOR, "它支持的「免费午餐」还在"),
])  # fmt: skip
async def test_in_a_group_that_rests_its_project_is_named_and_one_tap_away(chat, world, on, by, said):
    card = await world.group()
    await world.creators.pause(card.chat.id, world.creator)
    (line,) = done = await reply(chat, "/tip 5", by=by)
    await failed(world, done, said)
    assert urls(line) == [f"https://t.me/yizan_bot?start=g_{token_of(world.meals.id)}"]
    (shown,) = await chat.says(by, f"/start {urls(line)[0].partition('start=')[2]}")
    assert "¥1" in [text for text, _ in buttons(shown)]


async def test_in_a_group_that_rests_a_closed_project_is_not_offered(chat, world, on):
    card = await world.group()
    await world.creators.pause(card.chat.id, world.creator)
    async with world.unit() as work:
        await work.projects.put(replace(world.meals, state=ProjectState.CLOSED), world.time())
    (line,) = done = await reply(chat, "/tip 5")
    await failed(world, done, "paused")
    assert urls(line) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/tip many", "I can't read that amount"), ("/tip 5 thanks!", "I can't read that amount"),
        ("/tip 0.5", "The least is ¥1"), ("/tip 9999999", "The most is"),
    ],
)  # fmt: skip
async def test_an_amount_that_can_not_be_is_refused(chat, world, on, text, said):
    await failed(world, await reply(chat, text), said)


@pytest.mark.parametrize(
    "tipped",
    [message() | {"from": BOT}, message(text=None, new_chat_title="x"), message(text=None, left_chat_member=user(5))],
)
async def test_the_bots_own_and_service_messages_can_not_be_tipped(chat, world, on, tipped):
    await failed(world, await reply(chat, "/tip 1", to=tipped), "Reply to a member's message")


async def test_what_breaks_is_said_in_one_line_too(chat, world, on, monkeypatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(world.groups, "tipped", broken)
    await failed(world, await reply(chat, "/tip 1"), "Something went wrong")


async def test_both_are_deleted_when_their_time_has_come_and_no_sooner(chat, world, on):
    await say(chat, "/tip 5")
    cleaner = Cleaner(chat.bot, world.cleanups)
    before = len(chat.calls.made)
    await cleaner.clean()
    assert chat.calls.made[before:] == []
    world.time.passes(seconds=10)
    await Cleaner(chat.bot, world.cleanups).clean()  # another process
    deleted = chat.calls.made[before:]
    assert [(m.chat_id, m.message_id) for m in deleted] == [(GROUP, 90), (GROUP, 1000)]
    assert await rows(world, cleanups) == []


async def test_without_the_right_to_delete_it_is_logged_once_and_never_tried_again(chat, world, on, caplog):
    refusal = TelegramBadRequest(ANY, "Bad Request: message can't be deleted")
    chat.calls.refuse["deleteMessage"] = refusal
    cleaner = Cleaner(chat.bot, world.cleanups)
    for number in (90, 93):
        await say(chat, "/tip 5", number=number)
    world.time.passes(seconds=10)
    with capture_logs() as logs:
        await cleaner.clean()
    assert await rows(world, cleanups) == []
    (told,) = [log for log in logs if log["event"] == "may_not_delete"]
    assert told["chat_id"] == str((await world.group()).chat.id), "which group it is"


# --- On, off, the bot's coming and going -----------------------------------------------------------------------------


async def changed(chat: Chat, old: object, new: object, *, by: Any = None, kind: str = "supergroup") -> list[Any]:
    body = {
        "chat": place(kind),
        "from": by or user(CREATOR),
        "date": NOW,
        "old_chat_member": old,
        "new_chat_member": new,
    }
    return await chat.feed(my_chat_member=body)


async def test_added_to_a_group_it_says_what_it_does_and_that_it_lacks_nothing(chat, world):
    (told,) = await changed(chat, membership("left"), membership("member"))
    assert told.chat_id == CREATOR
    assert "回复一条消息发 /tip" in told.text
    assert "不用别的权限" in told.text
    assert "「删除消息」" in told.text, "a nicety"
    assert [text for text, _ in buttons(told)] == ["开启公益赞赏"]


async def test_as_an_administrator_that_may_delete_it_asks_for_nothing(chat, world):
    (told,) = await changed(chat, membership("left"), membership("administrator", can_delete_messages=True))
    assert "「删除消息」" not in told.text


async def test_a_group_is_switched_on_as_a_channel_is(chat, world):
    world.rights.administrators.add((GROUP, CREATOR))
    await changed(chat, membership("left"), membership("member"))
    await chat.presses(CREATOR, "开启公益赞赏")
    await chat.presses(CREATOR, "免费午餐")
    assert "回复一条消息发 /tip" in texts_of(chat.calls.made)[-1]
    done = await chat.presses(CREATOR, "就选它")
    assert "开启了" in texts_of(done)[0]
    assert len(in_group(await reply(chat, "/tip"))) == 1


async def test_removed_and_added_again_it_finds_its_settings_and_both_are_told_to_the_creator(chat, world, on):
    world.rights.administrators.add((GROUP, ALICE))
    done = await changed(chat, membership("member"), membership("kicked"), by=user(ALICE))
    assert {m.chat_id: ("我已离开" in m.text, "I've left" in m.text) for m in done} == {
        ALICE: (False, True), CREATOR: (True, False),
    }  # fmt: skip
    done = await changed(chat, membership("left"), membership("member"), by=user(ALICE))
    assert {m.chat_id for m in done} == {ALICE, CREATOR}
    assert "设置都还在" in next(m.text for m in done if m.chat_id == CREATOR)
    (carrier,) = await reply(chat, "/tip")
    assert "免费午餐" in carrier.text


async def test_charity_leads_an_administrator_to_the_card_in_private(chat, world, on):
    (line,) = await say(chat, "/charity", by=CREATOR)
    (start,) = urls(line)
    assert "start=c_" in start
    (card,) = await chat.says(CREATOR, f"/start {start.partition('start=')[2]}")
    assert "读书会" in card.text
    assert "换项目" in str(buttons(card))
    (refused,) = texts_of(await chat.says(BOB, f"/start {start.partition('start=')[2]}"))
    assert "administrator" in refused


async def test_another_administrator_may_open_the_card_too(chat, world, on):
    world.rights.administrators.add((GROUP, ALICE))
    (line,) = await say(chat, "/charity", by=ALICE)
    (card,) = await chat.says(ALICE, f"/start {urls(line)[0].partition('start=')[2]}")
    assert "读书会" in card.text


async def test_charity_of_a_member_is_refused_in_one_line(chat, world, on):
    await failed(world, await say(chat, "/charity"), "Only someone who is an administrator of 读书会")


async def test_an_anonymous_administrator_is_led_to_where_they_are_known(chat, world, on):
    (line,) = await say(chat, "/charity", **{"from": ANONYMOUS, "sender_chat": place()})
    assert "匿名" in line.text
    start = urls(line)[0].partition("start=")[2]
    assert "读书会" in texts_of(await chat.says(CREATOR, f"/start {start}"))[0]
    assert "administrator" in texts_of(await chat.says(BOB, f"/start {start}"))[0]


async def test_added_by_an_anonymous_administrator_it_waits_for_charity(chat, world):
    world.rights.administrators.add((GROUP, CREATOR))
    assert await changed(chat, membership("left"), membership("member"), by=ANONYMOUS) == []
    (line,) = await say(chat, "/charity", **{"from": ANONYMOUS, "sender_chat": place()})
    (card,) = await chat.says(CREATOR, f"/start {urls(line)[0].partition('start=')[2]}")
    assert "开启公益赞赏" in str(buttons(card))


# --- Group becomes supergroup ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["old", "new"])
async def test_a_group_that_becomes_a_supergroup_keeps_everything(chat, world, on, first):
    await reply(chat, "/tip")
    new = GROUP - 1
    says = {
        "old": {"message_id": 95, "date": NOW, "chat": place(), "migrate_to_chat_id": new},
        "new": {"message_id": 1, "date": NOW, "chat": place(group=new), "migrate_from_chat_id": GROUP},
    }
    for body in (says.pop(first), *says.values()):
        await chat.feed(message=body)
    async with world.unit.read() as work:
        assert await work.creators.chat_by_telegram_id(GROUP) is None
        moved = await work.creators.chat_by_telegram_id(new)
    assert moved is not None
    assert (moved.project, moved.creator, moved.tipping) == (world.meals.id, world.creator.id, True)
    (post,) = [p for p in await rows(world, posts) if p.chat_id == moved.id]
    assert (post.message_id, post.carrier_message_id, post.counter_due_at) == (-70, None, None)
    (notice,) = [n for n in await world.outbox.claim() if n.kind == "upgraded"]
    assert notice.person == world.creator.id


async def test_sending_into_a_group_that_has_moved_moves_it_too(chat, world, on):
    new = GROUP - 1
    moved = TelegramMigrateToChat(ANY, "Bad Request: group chat was upgraded to a supergroup chat", new)
    chat.calls.refuse["sendMessage"] = moved
    await reply(chat, "/tip")
    async with world.unit.read() as work:
        assert await work.creators.chat_by_telegram_id(new) is not None


async def test_an_empty_supergroup_that_was_heard_of_first_makes_room(chat, world, on):
    new = GROUP - 1
    body = {
        "chat": place(group=new), "from": user(CREATOR), "date": NOW, "old_chat_member": membership("left"),
        "new_chat_member": membership("member"),
    }  # fmt: skip
    await chat.feed(my_chat_member=body)
    await chat.feed(message={"message_id": 95, "date": NOW, "chat": place(), "migrate_to_chat_id": new})
    async with world.unit.read() as work:
        moved = await work.creators.chat_by_telegram_id(new)
    assert moved is not None
    assert moved.tipping


async def test_the_supergroup_is_not_greeted_as_a_new_one(chat, world, on, monkeypatch):
    async with world.unit() as work:
        await work.connection.execute(chats.update().where(chats.c.telegram_id == GROUP).values(kind="group"))
    new = GROUP - 1
    joined = {
        "chat": place(group=new), "from": user(CREATOR), "date": NOW, "old_chat_member": membership("left"),
        "new_chat_member": membership("member"),
    }  # fmt: skip
    chat.calls.refuse["getChat"] = TelegramMigrateToChat(ANY, "Bad Request: group chat was upgraded", new)
    came = {"message_id": 1, "date": NOW, "chat": place(group=new), "migrate_from_chat_id": GROUP}
    done = [*await chat.feed(my_chat_member=joined), *await chat.feed(message=came)]
    assert in_private([*done, *await chat.feed(my_chat_member=joined)]) == []
    async with world.unit.read() as work:
        moved = await work.creators.chat_by_telegram_id(new)
    assert moved is not None
    assert moved.tipping


# --- Counters --------------------------------------------------------------------------------------------------------


async def test_the_carrier_is_edited_with_what_was_given(chat, world, on):
    await reply(chat, "/tip 5")
    (row,) = await rows(world, tips)
    async with world.unit.read() as work:
        tip = await work.tips.by_id(row.id)
    assert tip is not None
    await world.pay(tip, world.alice)
    world.time.passes(seconds=5)
    before = len(chat.calls.made)
    await counters(chat, world)._edit_some()
    (edit,) = [m for m in chat.calls.made[before:] if isinstance(m, EditMessageText)]
    assert (edit.chat_id, edit.message_id) == (GROUP, 1000)
    assert "❤ 1 人 · ¥5 给「免费午餐」" in texts_of([edit])[0]
    assert buttons(edit)[0][0].startswith("❤ 公益赞赏 · 1 人 · ¥5")
    assert await world.counters.due() == []
