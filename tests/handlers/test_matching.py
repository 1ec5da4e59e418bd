"""/matching: what is held, for those with the role; released and refused by buttons that anybody may have copied."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from bot import callbacks as cb
from giving.matching import Fairness, HeldReason, MatchState, Pool, Ratio, Window
from giving.payments import EventKind
from giving.people import Role
from giving.tips import Tip
from services.alerts import AlertService
from services.matching import NewPool
from services.settlement import Matcher
from storage.tables import pools
from tests.handlers.chat import answers, buttons, texts_of
from tests.world import SHANGHAI, World, cny


async def opened(world: World) -> Pool:
    start = world.time() - timedelta(hours=1)
    windows = (Window(1, start, None, 10_000),)
    new = NewPool("晨星公司", True, {"zh-CN": "晨星 <配捐>"}, cny("100"), Ratio(1, 1), windows)
    return await world.pools.sign((await world.pools.create(new)).id, signed_by="王经理")


async def gift(world: World, amount: str, n: int) -> Tip:
    tip = await world.tip(world.alice, amount, key=f"q{n}")
    return await world.pay(tip, world.alice, charge=f"ch_{n}", at=int(world.time().timestamp()))


def pressable(done: list[Any]) -> list[tuple[str, str]]:
    """What can be pressed: its text, and what it carries."""
    return [(text, data) for method in done for text, data in buttons(method) if data]


async def test_who_has_the_role_releases_and_refuses_and_nobody_else_learns_anything(chat, world):
    pool = await opened(world)
    first, second = await gift(world, "5", 1), await gift(world, "6", 2)
    (held, _) = await world.match_review.held(None, limit=9)
    release = cb.MatchDecide(match=held[0].match.id, yes=True).pack()
    refuse = cb.MatchDecide(match=held[1].match.id, yes=False).pack()
    for data in (release, refuse, cb.MatchesHeld().pack()):
        assert first.receipt_code not in "".join(texts_of(await chat.taps(1004, data)))
    assert first.receipt_code not in "".join(texts_of(await chat.says(1004, "/matching")))
    assert (await world.pool_views.card(pool.id)).held == 2

    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    listed = texts_of(await chat.says(1001, "/matching"))[0]
    for words in (first.receipt_code, second.receipt_code, "¥5", "晨星 &lt;配捐&gt;", "刚认识没几天"):
        assert words in listed, words
    assert "Alice" not in listed, "who gave is nobody's business here"
    assert "已配捐 ¥5" in texts_of(await chat.taps(1001, release))[0]
    assert "不配捐" in texts_of(await chat.taps(1001, refuse))[0]
    assert (await world.pool_views.card(pool.id)).pool.used == cny("5")
    async with world.unit.read() as work:
        found = await work.matching.of_tips([first.id, second.id])
        acts = [act.record for act in await work.audit.list(limit=2)]
    assert [found[tip.id][0].state for tip in (first, second)] == [MatchState.MATCHED, MatchState.REFUSED]
    assert [(act.action, act.actor) for act in acts] == [
        ("match.refused", world.creator.id), ("match.released", world.creator.id),
    ]  # fmt: skip
    assert "没有等着的" in texts_of(await chat.says(1001, "/matching"))[0]


async def test_all_of_one_reason_are_released_after_a_question_as_far_as_the_fund_goes(chat, world):
    pool = await opened(world)
    for n in range(3):
        await gift(world, "40", n)
    data = cb.MatchAll(reason=HeldReason.NEW_ACCOUNT).pack()
    assert "¥" not in "".join(texts_of(await chat.taps(1004, data))), "who has no role learns nothing"
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    listed = await chat.says(1001, "/matching")
    assert ("✅ 全部 3 笔：刚认识的人", data) in pressable(listed)
    asked = await chat.taps(1001, data)
    (words,) = texts_of(asked)
    for said in ("一次放行这 3 笔", "刚认识没几天", "要给 3 笔配 ¥100，现在还剩 ¥100", "轮不到的不会丢"):
        assert said in words, said
    assert (await world.pool_views.card(pool.id)).held == 3, "nothing is released by asking"
    yes = next(button for text, button in pressable(asked) if text == "✅ 对，放行 3 笔")
    assert "¥" not in "".join(texts_of(await chat.taps(1004, yes)))
    (words,) = texts_of(await chat.taps(1001, yes))
    assert "放行了 3 笔，一共配捐 ¥100" in words
    (words,) = texts_of(await chat.taps(1001, yes))
    assert "一笔也没能放行" in words, "pressed twice"


async def test_what_finds_nothing_left_stays_on_the_list_and_it_is_said(chat, world):
    await opened(world)
    for n in range(3):
        await gift(world, "60", n)
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.ADMIN, by=None, now=world.time())
    asked = await chat.taps(1001, cb.MatchAll(reason=HeldReason.NEW_ACCOUNT).pack())
    yes = next(button for text, button in pressable(asked) if "放行" in text)
    (words,) = texts_of(await chat.taps(1001, yes))
    assert "放行了 2 笔，一共配捐 ¥100" in words
    assert "还有 1 笔没配上" in words
    assert "有 1 笔配捐等你看一看" in words
    ((held,), _) = await world.match_review.held(None, limit=9)
    (answer,) = answers(await chat.taps(1001, cb.MatchDecide(match=held.match.id, yes=True).pack()))
    assert "没有余额" in (answer.text or "")
    assert "没有等着的" in texts_of(await chat.taps(1001, cb.MatchDecide(match=held.match.id, yes=False).pack()))[0]


async def test_the_list_says_what_a_release_would_add_now(chat, world):
    pool = await opened(world)
    tip = await gift(world, "6", 1)
    about = {"their_id": "re_1", "charge": tip.charge, "minor": 200, "at": int(world.time().timestamp())}
    await world.deliver(EventKind.REFUNDED, tip, "evt_re", **about)
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    assert "会配 ¥4。" in texts_of(await chat.says(1001, "/matching"))[0]
    async with world.unit() as work:
        no_more = {"gift": None, "donor_day": None, "project": 300}
        await work.connection.execute(update(pools).where(pools.c.id == pool.id).values(caps=no_more))
    assert "会配 ¥3。" in texts_of(await chat.says(1001, "/matching"))[0]
    second = await gift(world, "3", 2)
    ((_, held), _) = await world.match_review.held(None, limit=2)
    assert held.receipt_code == second.receipt_code
    assert "已配捐 ¥3" in texts_of(await chat.taps(1001, cb.MatchDecide(match=held.match.id, yes=True).pack()))[0]
    assert "眼下没有可以配给它的了。" in texts_of(await chat.says(1001, "/matching"))[0]


async def test_a_button_pressed_twice_says_that_it_is_decided(chat, world):
    await opened(world)
    await gift(world, "5", 1)
    ((held,), _) = await world.match_review.held(None, limit=9)
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.ADMIN, by=None, now=world.time())
    data = cb.MatchDecide(match=held.match.id, yes=True).pack()
    await chat.taps(1001, data)
    (answer,) = answers(await chat.taps(1001, data))
    assert "已经有人处理" in (answer.text or "")


async def test_the_receipt_says_who_added_how_much(chat, world):
    world.time.passes(days=9)
    await opened(world)
    await gift(world, "5", 1)
    notices = await world.outbox.claim()
    (card,) = await world.outbox.tip_cards([n for n in notices if n.kind == "receipt"])
    assert [(added.amount, added.sponsor) for added in card.matched] == [(cny("5"), "晨星公司")]


async def test_those_who_decide_read_what_to_do(world):
    world.payments._settler._matcher = Matcher(
        zone=SHANGHAI, fairness=Fairness(), alerts=AlertService(owners=[1001], now=world.time)
    )
    await opened(world)
    await gift(world, "5", 1)
    (notice,) = [n for n in await world.outbox.claim() if n.kind == "alert"]
    told = await world.outbox.alert(notice)
    assert told is not None
    assert told.kind == "match-held"
