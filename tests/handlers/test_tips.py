"""From a tap to the receipt, as followers see it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiogram.methods import EditMessageReplyMarkup, EditMessageText, SendMessage

from bot import callbacks as cb
from bot import replies
from giving.errors import TipNotOpen
from giving.ids import token_of
from giving.payments import EventKind
from giving.people import Visibility, Visitor
from giving.projects import Project, ProjectState
from giving.tips import TipState
from tests.handlers.chat import answers, buttons, texts_of, urls
from tests.world import CHANNEL, World


def one_yuan(world: World) -> str:
    return cb.TipTap(post=world.post.id, minor=100, currency="CNY").pack()


async def test_a_tap_of_somebody_reachable_sends_the_card_and_answers_in_words(chat, world):
    done = await chat.taps(1002, one_yuan(world), chat=CHANNEL)
    (card,) = [m for m in done if isinstance(m, SendMessage)]
    assert card.chat_id == 1002
    assert "¥1" in card.text
    assert "library project" in card.text
    assert any(url.startswith("https://pay.example/") for url in urls(card))
    (answer,) = answers(done)
    assert answer.url is None
    assert answer.text


async def test_a_tap_of_a_stranger_is_led_to_this_very_tip_with_three_promises(chat, world):
    (answer,) = answers(await chat.taps(1004, one_yuan(world), chat=CHANNEL))
    assert answer.text is None
    payload = answer.url.removeprefix("https://t.me/yizan_bot?start=")
    assert payload.startswith("t_")

    world.time.passes(seconds=1)
    (text,) = texts_of(await chat.says(1004, f"/start {payload}"))
    assert "library project" in text


async def test_the_same_tap_again_is_the_same_tip(chat, world):
    first = await chat.taps(1002, one_yuan(world), chat=CHANNEL, key="q1")
    again = await chat.taps(1002, one_yuan(world), chat=CHANNEL, key="q1")
    another = await chat.taps(1002, one_yuan(world), chat=CHANNEL, key="q2")
    links = {urls(m)[0] for m in (*first, *again, *another) if isinstance(m, SendMessage)}
    assert len(links) == 1


async def test_who_blocked_the_bot_is_led_by_url_and_marked(chat, world):
    chat.calls.blocked.add(1002)
    (answer,) = answers(await chat.taps(1002, one_yuan(world), chat=CHANNEL))
    assert "start=t_" in answer.url
    assert not (await world.people.meet(world_visitor())).reachable


def world_visitor() -> Visitor:
    return Visitor(1002, "Alice", None, "en")


@pytest.mark.parametrize("data", ["tip:100:CNY:short", "tip:100:ABC:" + "A" * 22, "nonsense", "", "vis:x:y", "my:-1:0"])
async def test_data_nobody_made_is_answered(chat, data):
    (answer,) = answers(await chat.taps(1002, data))
    assert answer.text


async def test_an_amount_that_is_no_preset_or_another_post_is_refused(chat, world):
    forged = cb.TipTap(post=world.post.id, minor=99, currency="CNY").pack()
    for data, where in ((forged, {"chat": CHANNEL}), (one_yuan(world), {"chat": CHANNEL, "message": 8})):
        done = await chat.taps(1002, data, **where)
        assert [type(m) for m in done] == [type(a) for a in answers(done)]
        assert answers(done)[0].show_alert
    assert (await world.tips.gifts(world.alice)).total == 0


async def test_visibility_is_chosen_on_the_card_and_kept_for_the_next_tip(chat, world):
    await chat.taps(1002, one_yuan(world), chat=CHANNEL)
    done = await chat.presses(1002, "Show my name")
    (edited,) = [m for m in done if isinstance(m, EditMessageText)]
    marked = [text for text, _ in buttons(edited) if text.startswith("✓")]
    assert marked == ["✓ Show my name · “Alice ¥1”"]
    assert len(answers(done)) == 1
    five = cb.TipTap(post=world.post.id, minor=500, currency="CNY").pack()
    (card,) = [m for m in await chat.taps(1002, five, chat=CHANNEL) if isinstance(m, SendMessage)]
    assert any(text.startswith("✓ Show my name") for text, _ in buttons(card))


async def test_cancelling_says_that_nothing_was_charged(chat, world):
    await chat.taps(1002, one_yuan(world), chat=CHANNEL)
    done = await chat.presses(1002, "Cancel")
    assert "nothing was charged" in texts_of(done)[0]
    assert len(answers(done)) == 1


async def test_without_a_provider_the_card_offers_to_try_again(chat, world):
    world.rail.down = True
    (card,) = [m for m in await chat.taps(1002, one_yuan(world), chat=CHANNEL) if isinstance(m, SendMessage)]
    assert urls(card) == []
    world.rail.down = False
    (edited,) = [m for m in await chat.presses(1002, "Try again") if isinstance(m, EditMessageText)]
    assert urls(edited)[0].startswith("https://pay.example/")


async def test_somebody_elses_tip_tells_nothing(chat, world):
    tip = await world.tip(world.alice, "1")
    for payload in (f"t_{token_of(tip.id)}", "t_x", "t_" + "A" * 22):
        (text,) = texts_of(await chat.says(1001, f"/start {payload}"))
        assert "没有给你看的内容" in text
    (answer,) = answers(await chat.taps(1001, cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL).pack()))
    assert "没有给你看的内容" in answer.text
    assert (await world.fresh(tip)).state is TipState.OFFERED


async def test_the_link_of_a_paid_tip_shows_its_receipt(chat, world):
    tip = await world.pay(await world.tip(world.alice, "1"), world.alice)
    (text,) = texts_of(await chat.says(1002, f"/start t_{token_of(tip.id)}"))
    assert tip.receipt_code in text
    assert "one child read one more page" in text


async def test_other_asks_in_private_and_takes_what_people_write(chat, world):
    other = cb.TipOther(post=world.post.id).pack()
    done = await chat.taps(1002, other, chat=CHANNEL)
    assert "¥1 to ¥50,000" in texts_of(done)[0]
    assert answers(done)[0].text
    for wrong in ("0", "-5", "1.234", "十", "1e9", "abc", "9" * 400, "", None):
        (text,) = texts_of(await chat.says(1002, wrong, **({} if wrong is not None else {"sticker": STICKER})))
        assert "¥1" in text
        assert "¥50,000" in text
        assert text.count("\n") == 2, "one line, and the one on test money"
    (card,) = texts_of(await chat.says(1002, "６.５元"))
    assert "¥6.50" in card
    (after,) = texts_of(await chat.says(1002, "5"))
    assert "catch that" in after


STICKER = {
    "file_id": "x", "file_unique_id": "x", "type": "regular", "width": 1, "height": 1, "is_animated": False,
    "is_video": False,
}  # fmt: skip


async def test_other_leads_a_stranger_by_url_and_asks_there(chat, world):
    (answer,) = answers(await chat.taps(1004, cb.TipOther(post=world.post.id).pack(), chat=CHANNEL))
    payload = answer.url.removeprefix("https://t.me/yizan_bot?start=")
    assert payload == f"o_{token_of(world.post.id)}"
    assert "¥50,000" in texts_of(await chat.says(1004, f"/start {payload}"))[0]
    assert "¥8" in texts_of(await chat.says(1004, "8"))[0]


async def test_a_command_leaves_the_question(chat, world):
    await chat.taps(1002, cb.TipOther(post=world.post.id).pack(), chat=CHANNEL)
    await chat.says(1002, "/help")
    (text,) = texts_of(await chat.says(1002, "5"))
    assert "catch that" in text
    assert (await world.tips.gifts(world.alice)).total == 0


async def test_never_mind_leaves_the_question(chat, world):
    await chat.taps(1002, cb.TipOther(post=world.post.id).pack(), chat=CHANNEL)
    await chat.presses(1002, "Never mind")
    assert "catch that" in texts_of(await chat.says(1002, "5"))[0]


async def test_the_counter_leads_to_the_posts_project_with_amounts_that_count_for_the_post(chat, world):
    (text,) = texts_of(await chat.says(1002, f"/start p_{token_of(world.post.id)}"))
    assert "晓雯的阅读时光" in text
    await chat.presses(1002, "¥5")
    tip_card = chat.calls.made[-2]
    assert "¥5" in tip_card.text
    assert "晓雯的阅读时光" in tip_card.text


async def test_a_closed_project_offers_three_others_as_buttons(chat, world):
    await close(world, world.library)
    done = await chat.taps(1002, one_yuan(world), chat=CHANNEL)
    (message,) = [m for m in done if isinstance(m, SendMessage)]
    assert any("meals" in text for text, _ in buttons(message))
    assert len(answers(done)) == 1
    (answer,) = answers(await chat.taps(1004, one_yuan(world), chat=CHANNEL))
    assert f"start=p_{token_of(world.post.id)}" in answer.url
    told = await chat.says(1004, f"/start p_{token_of(world.post.id)}")
    assert any("meals" in text for text, _ in buttons(told[0]))


async def close(world: World, project: Project) -> None:
    async with world.unit() as work:
        await work.projects.put(replace(project, state=ProjectState.CLOSED), world.time())


async def test_my_gifts_are_empty_then_newest_first_then_in_pages(chat, world):
    assert "Nothing here yet" in texts_of(await chat.says(1002, "/gifts"))[0]
    for i in range(6):
        world.time.passes(minutes=1)
        await world.pay(await world.tip(world.alice, str(i + 1), key=f"k{i}"), world.alice, charge=f"ch_{i}")
    (text,) = texts_of(await chat.says(1002, "/gifts"))
    assert "¥21 given" in text
    assert text.index("¥6") < text.index("¥5") < text.index("<b>¥2<")
    (next_page,) = texts_of(await chat.presses(1002, "Next"))
    assert "<b>¥1</b>" in next_page
    assert "<b>¥2<" not in next_page


async def test_an_extra_payment_is_taken_back_by_its_button(chat, world):
    tip = await world.pay(await world.tip(world.alice, "1"), world.alice)
    await world.deliver(EventKind.PAID, tip, "evt_2", their_id="ch_2")
    await world.payments.settle_pending()
    await chat.says(1002, "/gifts")
    done = await chat.presses(1002, "Take back ¥1")
    assert "on its way back" in texts_of(done)[0]
    assert len(world.rail.refunds) == 1


async def test_a_newer_card_takes_the_buttons_off_the_older_one(chat, world):
    (first,) = [m for m in await chat.taps(1002, one_yuan(world), chat=CHANNEL) if isinstance(m, SendMessage)]
    done = await chat.taps(1002, one_yuan(world), chat=CHANNEL)
    sent = [i for i, m in enumerate(done) if isinstance(m, SendMessage)]
    (closed,) = [i for i, m in enumerate(done) if isinstance(m, EditMessageReplyMarkup)]
    assert sent[0] < closed, "the new card is there before the old one loses its buttons"
    assert (done[closed].chat_id, done[closed].message_id, done[closed].reply_markup) == (1002, 1000, None)
    assert first.chat_id == 1002


class Slow:
    """A provider that answers when the test lets it."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = asyncio.Event()
        for name in ("create_payment", "cancel_payment", "refund"):
            monkeypatch.setattr(world.rail, name, self._late(getattr(world.rail, name)))
        monkeypatch.setattr(replies, "ANSWER_WITHIN_S", 0.05)

    def _late(self, call: Any) -> Any:
        async def late(*args: Any, **values: Any) -> Any:
            await self.gate.wait()
            return await call(*args, **values)

        return late

    async def answered_before_it(self, chat: Any, doing: Any) -> Any:
        """The answer came while the provider was silent; all that was done once it spoke."""
        task = asyncio.ensure_future(doing)
        before = len(chat.calls.made)
        async with asyncio.timeout(5):
            while not answers(chat.calls.made[before:]):
                assert not task.done()
                await asyncio.sleep(0.01)
        assert not task.done()
        self.gate.set()
        done = await task
        assert len(answers(done)) == 1
        return done


async def test_a_tap_under_a_post_is_answered_before_a_slow_provider(chat, world, monkeypatch):
    slow = Slow(world, monkeypatch)
    done = await slow.answered_before_it(chat, chat.taps(1002, one_yuan(world), chat=CHANNEL))
    assert answers(done)[0].text.startswith("It's in your private chat")
    assert texts_of(done)


async def test_who_blocked_the_bot_behind_a_slow_provider_is_still_marked(chat, world, monkeypatch):
    slow = Slow(world, monkeypatch)
    chat.calls.blocked.add(1002)
    await slow.answered_before_it(chat, chat.taps(1002, one_yuan(world), chat=CHANNEL))
    assert not (await world.people.meet(world_visitor())).reachable


async def test_an_amount_for_a_project_is_answered_before_a_slow_provider(chat, world, monkeypatch):
    slow = Slow(world, monkeypatch)
    data = cb.GiveTap(project=world.library.id, minor=100, currency="CNY").pack()
    assert texts_of(await slow.answered_before_it(chat, chat.taps(1002, data)))


@pytest.mark.parametrize("choice", ["visibility", "again"])
async def test_the_cards_buttons_are_answered_before_a_slow_provider(chat, world, monkeypatch, choice):
    tip = await world.tip(world.alice, "1")
    data = {
        "visibility": cb.TipShown(tip=tip.id, visibility=Visibility.NAMED).pack(),
        "again": cb.TipDo(tip=tip.id, deed=cb.TipDeed.SHOW).pack(),
    }[choice]
    assert texts_of(await Slow(world, monkeypatch).answered_before_it(chat, chat.taps(1002, data)))


async def test_cancelling_is_answered_before_a_slow_provider(chat, world, monkeypatch):
    tip = await world.tip(world.alice, "1")
    await world.tips.payment_link(tip.id, world.alice)
    data = cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL).pack()
    (text,) = texts_of(await Slow(world, monkeypatch).answered_before_it(chat, chat.taps(1002, data)))
    assert "nothing was charged" in text


async def test_a_refusal_after_the_answer_comes_as_a_message(chat, world, monkeypatch):
    tip = await world.tip(world.alice, "1")
    slow = Slow(world, monkeypatch)

    async def refuse(*_: object) -> None:
        await slow.gate.wait()
        raise TipNotOpen

    monkeypatch.setattr(world.tips, "cancel", refuse)
    data = cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL).pack()
    (text,) = texts_of(await slow.answered_before_it(chat, chat.taps(1002, data)))
    assert "paid or cancelled already" in text


async def test_without_a_way_to_pay_other_leads_to_the_official_page_at_once(chat, world):
    world.tips.takes_money = False
    for data, where in (
        (cb.TipOther(post=world.post.id).pack(), {"chat": CHANNEL}),
        (cb.GiveOther(project=world.library.id).pack(), {}),
    ):
        done = await chat.taps(1002, data, **where)
        (message,) = [m for m in done if isinstance(m, SendMessage)]
        assert urls(message)
        assert "How much" not in message.text
        assert len(answers(done)) == 1
    assert "catch that" in texts_of(await chat.says(1002, "5"))[0]
