"""Monthly giving in Stars, in the chat: chosen knowingly, begun by an invoice, and what each tap says and does."""

from typing import Any

import pytest

from bot import callbacks as cb
from bot import notices
from giving.notices import NoticeKind
from giving.people import Person
from giving.pledges import Pledge, PledgeState, Way
from services.links import Links
from storage.work import UnitOfWork
from tests.handlers.chat import Chat, buttons, texts_of, urls
from tests.services.star_months import StarMonths, Subscribed, star_months
from tests.texts.words import TEXTS
from tests.world import World, make_world

ALICE = 1002
LINKS = Links("http://127.0.0.1:8081", "yizan_bot")


@pytest.fixture
async def world(work: UnitOfWork) -> World:
    made = await make_world(work)
    stars = star_months(made)
    made.pledges, made.pledge_changes, made.pledge_steps = stars.pledges, stars.changes, stars.steps
    made.extras["stars"] = stars
    return made


def named(done: list[Any], words: str) -> str:
    """The data of the button whose words begin so."""
    found = [data for method in done for label, data in buttons(method) if label.startswith(words)]
    assert found, (words, [buttons(method) for method in done])
    return str(found[0])


def stars_of(world: World) -> StarMonths:
    stars: StarMonths = world.extras["stars"]
    return stars


async def theirs(world: World, person: Person | None = None) -> Pledge:
    async with world.unit.read() as work:
        (one,) = await work.pledges.of_donor((person or world.alice).id)
    return one


async def begun(chat: Chat, world: World) -> tuple[list[Any], Subscribed]:
    """From the project to the paid invoice."""
    done = await chat.taps(ALICE, cb.PledgeNew(what=world.library.id).pack())
    done = await chat.taps(ALICE, named(done, "¥10"))
    assert "Telegram" not in texts_of(done)[0], "a link comes first"
    done = await chat.taps(ALICE, named(done, "Telegram Stars · ⭐80 every 30 days"))
    shown = texts_of(done)[0]
    for words in (
        "Paid in Telegram Stars: ⭐80 when you begin, then every 30 days",
        "First gift: today",
        "7 days before",
    ):
        assert words in shown
    done = await chat.taps(ALICE, named(done, "Yes, ¥10 every month"))
    assert "Pay ⭐80 in Telegram to begin" in texts_of(done)[0]
    done = await chat.taps(ALICE, named(done, "Pay ⭐80 every 30 days"))
    assert "<b>⭐80</b> now and every 30 days, as your <b>¥10</b> for <b>library project</b>" in texts_of(done)[0]
    (url,) = [found for method in done for found in urls(method) if found.startswith("https://t.me/$")]
    its = await stars_of(world).pays(url)
    await world.pledge_steps.sweep()
    return done, its


async def told(world: World, kind: NoticeKind) -> str:
    claimed = await stars_of(world).outbox.claim(50)
    (together, *_) = [some for some in notices.together(claimed) if some[0].kind is kind]
    said = await notices.render(together, stars_of(world).outbox, TEXTS, LINKS)
    assert said is not None
    return said.text


async def test_from_the_promise_to_the_renewal(chat: Chat, world: World) -> None:
    _, its = await begun(chat, world)
    done = await chat.says(ALICE, "/monthly")
    shown = texts_of(done)[0]
    for words in (
        "Telegram takes ⭐80 every 30 days", "Next: Dec 22, 2026, taken by Telegram. I'll remind you on Dec 15, 2026.",
        "One gift so far",
    ):  # fmt: skip
        assert words in shown
    assert not any(label.startswith("Pay") for method in done for label, _ in buttons(method))
    world.time.passes(days=23, minutes=5)
    await world.pledge_steps.sweep()
    world.time.passes(minutes=5)
    words = await told(world, NoticeKind.PLEDGE_ANNOUNCED)
    assert "Telegram takes ⭐80 by itself" in words
    done = await chat.says(ALICE, "/monthly")
    assert "(⭐80) will be taken by Telegram on Dec 22, 2026" in texts_of(done)[0]
    assert "Then: Jan 21, 2027." in texts_of(done)[0]
    world.time.passes(days=7)
    await stars_of(world).renews(its)
    await world.pledge_steps.sweep()
    assert "2 gifts so far" in texts_of(await chat.says(ALICE, "/monthly"))[0]


async def test_skipping_says_that_the_subscription_is_over_and_how_to_begin_another(chat: Chat, world: World) -> None:
    _, its = await begun(chat, world)
    done = await chat.says(ALICE, "/monthly")
    done = await chat.taps(ALICE, named(done, "Skip"))
    shown = texts_of(done)[0]
    assert "Skipped" in shown
    assert "Telegram can't leave out a month or take another amount" in shown
    assert named(done, "Pay ⭐80 every 30 days")
    await world.pledge_steps.sweep()
    assert its.ended
    assert (await theirs(world)).state is PledgeState.ACTIVE


async def test_pausing_says_so_and_another_amount_has_another_invoice(chat: Chat, world: World) -> None:
    _, its = await begun(chat, world)
    pledge = await theirs(world)
    done = await chat.taps(ALICE, cb.PledgePause(pledge=pledge.id, months=2).pack())
    assert "The subscription in Telegram is ended" in texts_of(done)[0]
    await world.pledge_steps.sweep()
    assert its.ended
    await chat.taps(ALICE, cb.PledgeResume(pledge=pledge.id).pack())
    done = await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.AMOUNT, value=2000).pack())
    assert named(done, "Pay ⭐160 every 30 days")
    assert (await theirs(world)).way is Way.STARS


async def test_what_was_ended_in_telegram_is_told_in_plain_words(chat: Chat, world: World) -> None:
    _, its = await begun(chat, world)
    await stars_of(world).renewed.changed(its.payload, "canceled")
    world.time.passes(minutes=5)
    assert "You ended the subscription in Telegram" in await told(world, NoticeKind.PLEDGE_PAUSED)
    done = await chat.says(ALICE, "/monthly")
    assert "Paused until you say so" in texts_of(done)[0]


async def test_what_could_not_be_taken_is_asked_for_in_plain_words(chat: Chat, world: World) -> None:
    _, its = await begun(chat, world)
    world.time.passes(days=24)
    await world.pledge_steps.sweep()
    world.time.passes(days=6, hours=1)
    await stars_of(world).renewed.changed(its.payload, "failed")
    await world.pledge_steps.sweep()
    world.time.passes(minutes=5)
    assert "Telegram couldn’t take your Stars this time" in await told(world, NoticeKind.PLEDGE_ASKED)
