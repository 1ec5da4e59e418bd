"""The tab in private: what its buttons do, what they say once they are old, and the messages about charges."""

from dataclasses import replace
from typing import Any

import pytest

from bot import callbacks as cb
from bot import notices
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import EventKind, SavedMethod
from giving.people import Person
from giving.tabs import ChargeState
from giving.tips import OfferRequest, Tip, TipState
from payments.provider import Declined, PaymentIntent, PaymentLink
from services.links import Links
from storage.work import UnitOfWork
from tests.handlers.chat import Chat, answers, buttons, check_keyboard, texts_of, urls
from tests.rails import PaperRail, event
from tests.texts.words import TEXTS
from tests.world import World, cny, make_world

LINKS = Links("http://127.0.0.1:8081", "yizan_bot")
ALICE, BOB = 1002, 1004


class SavingRail(PaperRail):
    """Carries ¥4 at the least, and keeps cards."""

    capabilities = replace(PaperRail.capabilities, limits={"CNY": (cny("4"), cny("50000"))}, saves=True)

    def __init__(self) -> None:
        super().__init__()
        self.charged: list[Money] = []
        self.forgotten: list[SavedMethod] = []
        self.declines = False

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        return PaymentLink("seti_1", "https://pay.example/save")

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        if self.declines:
            raise Declined("card_declined")
        self.charged.append(intent.amount)
        return PaymentLink(f"pi_{intent.reference.hex}", "")

    async def forget_method(self, method: SavedMethod) -> None:
        self.forgotten.append(method)


@pytest.fixture
async def world(work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("tests.world.PaperRail", SavingRail)
    return await make_world(work)


@pytest.fixture
def rail(world: World) -> SavingRail:
    assert isinstance(world.rail, SavingRail)
    return world.rail


_numbers = iter(range(10_000))


async def promise(world: World, amount: str, person: Person | None = None) -> Tip:
    donor = person or world.alice
    tip = await world.tips.offer(
        OfferRequest(f"tab{next(_numbers)}", donor.id, cny(amount), post=world.post.id, rail="paper")
    )  # fmt: skip
    return (await world.tabs.promise(tip.id, donor)).tip


async def save(world: World) -> None:
    async with world.unit() as work:
        method = await work.methods.ask(world.alice.id, world.library.organisation.id, "paper", now=world.time())
        assert await work.methods.saved(method, SavedMethod("cus_1", "pm_1", "Visa …4242"), now=world.time())


async def announced(world: World, *amounts: str) -> list[Tip]:
    await save(world)
    tips = [await promise(world, amount) for amount in amounts or ("30",)]
    await world.charges.sweep()
    return tips


async def told(world: World, language: str | None = None) -> list[tuple[NoticeKind, str, list[str]]]:
    """What Telegram is given of what is queued: the kind, its text, its buttons."""
    said = []
    for notice in await world.outbox.claim():
        one = replace(notice, language=language) if language else notice
        shown = await notices.render([one], world.outbox, TEXTS, LINKS, test_money=False)
        assert shown is not None
        if shown.keyboard is not None:
            check_keyboard(shown.keyboard)
        labels = [b.text for row in shown.keyboard.inline_keyboard for b in row] if shown.keyboard else []
        said.append((notice.kind, str(shown.text).replace("\u2068", "").replace("\u2069", ""), labels))
        await world.outbox.sent([notice], 1)
    return said


async def open_charges(world: World) -> list[Any]:
    async with world.unit.read() as work:
        return await work.tabs.open_charges(donor=world.alice.id)


def labels_of(done: list[Any]) -> list[str]:
    return [words for method in done for words, _ in buttons(method)]


def said_to(done: list[Any]) -> str:
    (answer,) = answers(done)
    return str(answer.text or "").replace("\u2068", "").replace("\u2069", "")


async def test_paying_shows_the_page_for_the_sum_on_the_button(chat: Chat, world: World):
    await promise(world, "6")
    await chat.says(ALICE, "/tab")
    done = await chat.presses(ALICE, "Pay ¥6 now")
    assert "¥6" in texts_of(done)[0]
    assert next(url for method in done for url in urls(method)).startswith("https://pay.example/")


async def test_an_old_pay_button_charges_nothing_and_shows_the_tab_as_it_is(chat: Chat, world: World, rail: SavingRail):
    await save(world)
    await promise(world, "6")
    await chat.says(ALICE, "/tab")
    await promise(world, "5")
    done = await chat.presses(ALICE, "Pay ¥6 now")
    assert "changed" in said_to(done)
    assert "Pay ¥11 now · Sunshine" in labels_of(done)
    assert await open_charges(world) == []
    done = await chat.presses(ALICE, "Pay ¥11 now")
    assert "being charged" in texts_of(done)[0]
    await world.charges.sweep()
    assert rail.charged == [cny("11")]
    done = await chat.presses(ALICE, "Pay ¥11 now")
    assert "being charged right now" in said_to(done)
    await world.charges.sweep()
    assert rail.charged == [cny("11")]


async def test_rounding_up_pays_the_sum_on_the_button_once(chat: Chat, world: World):
    await promise(world, "2.50")
    done = await chat.says(ALICE, "/tab")
    assert [label for label in labels_of(done) if "Round" in label] == [
        "Round up to ¥4 · Sunshine", "Round up to ¥5 · Sunshine",
    ]  # fmt: skip
    data = next(data for words, data in buttons(done[-1]) if "¥4" in words)
    done = await chat.taps(ALICE, data or "")
    ((charge),) = await open_charges(world)
    assert (charge.charge.amount, charge.charge.state) == (cny("4"), ChargeState.ASKED)
    again = await chat.taps(ALICE, data or "")
    assert "changed" in said_to(again)
    assert (await world.tabs.view(world.alice)).promised == cny("4")


async def test_a_sum_of_fen_is_rounded_up_to_what_the_button_says(chat: Chat, world: World):
    await promise(world, "3.50")
    await chat.says(ALICE, "/tab")
    await chat.presses(ALICE, "Round up to ¥5")
    ((charge),) = await open_charges(world)
    assert charge.charge.amount == cny("5")


async def test_over_the_own_limit_nothing_is_rounded_up_and_nothing_stays_behind(chat: Chat, world: World):
    world.alice = await world.tabs.set_terms(world.alice, monthly=cny("3"))
    await promise(world, "3")
    await chat.says(ALICE, "/tab")
    done = await chat.presses(ALICE, "Round up to ¥4")
    assert "¥3 a month" in said_to(done)
    assert await open_charges(world) == []
    async with world.unit.read() as work:
        rows = await work.connection.exec_driver_sql("SELECT state FROM tips ORDER BY id")
        assert [row[0] for row in rows] == ["on_tab", "cancelled"]


async def test_not_this_time_says_until_when(chat: Chat, world: World, rail: SavingRail):
    await announced(world)
    await told(world)
    await chat.says(ALICE, "/tab")
    done = await chat.presses(ALICE, "Not this time")
    assert "Nov 30, 2026" in said_to(done)
    assert await open_charges(world) == []
    assert "Not this time" not in labels_of(done)
    world.time.passes(days=4)
    await world.charges.sweep()
    assert rail.charged == []


async def test_an_old_notice_says_that_the_tab_has_changed_or_is_being_charged(
    chat: Chat, world: World, rail: SavingRail
):
    await announced(world)
    await told(world)
    ((first),) = await open_charges(world)
    await world.charges.settle(first.charge.tab, world.alice)
    done = await chat.taps(ALICE, cb.TabSkip(charge=first.charge.id).pack())
    assert "changed" in said_to(done)
    ((pressed),) = await open_charges(world)
    done = await chat.taps(ALICE, cb.TabSkip(charge=pressed.charge.id).pack())
    assert "being charged right now" in said_to(done)
    assert labels_of(done) == ["Pay at: ¥30", "Monthly limit: ¥100"]


async def test_a_promise_is_taken_off_also_after_the_notice(chat: Chat, world: World):
    wrong, right = await announced(world, "10", "20")
    await told(world)
    shown = await chat.says(ALICE, "/tab")
    assert "Take off ¥10" in " ".join(labels_of(shown))
    done = await chat.presses(ALICE, "Take off ¥10")
    assert "¥10 is off your tab" in said_to(done)
    assert "¥20 will be charged to Visa …4242" in texts_of(done)[0]
    assert [(await world.fresh(tip)).state for tip in (wrong, right)] == [TipState.CANCELLED, TipState.ON_TAB]


async def test_what_is_being_charged_is_not_taken_off(chat: Chat, world: World, rail: SavingRail):
    (tip,) = await announced(world)
    await told(world)
    world.time.passes(days=3)
    await world.charges.sweep()
    done = await chat.taps(ALICE, cb.PromiseOff(tip=tip.id).pack())
    assert "being charged right now" in said_to(done)
    assert "¥30 is being charged" in texts_of(done)[0]
    assert (rail.charged, (await world.fresh(tip)).state) == ([cny("30")], TipState.ON_TAB)


async def test_beside_a_charge_that_goes_on_the_button_says_the_rest(chat: Chat, world: World):
    await announced(world)
    await told(world)
    world.time.passes(days=3)
    await world.charges.sweep()
    await promise(world, "6")
    done = await chat.says(ALICE, "/tab")
    (text,) = texts_of(done)
    assert "¥36" in text
    assert "¥30 is being charged" in text
    assert [label for label in labels_of(done) if "Pay ¥" in label] == ["Pay ¥6 now · Sunshine"]


async def test_a_card_is_saved_on_its_rails_page_and_deleted_also_after_the_notice(
    chat: Chat, world: World, rail: SavingRail
):
    await promise(world, "5")
    await chat.says(ALICE, "/tab")
    done = await chat.presses(ALICE, "Save a card for next time")
    assert "three days before each charge" in texts_of(done)[0]
    assert [url for method in done for url in urls(method)] == ["https://pay.example/save"]
    await announced(world, "30")
    await told(world)
    shown = await chat.says(ALICE, "/tab")
    assert " will be charged to Visa …4242." in texts_of(shown)[0]
    done = await chat.presses(ALICE, "Delete Visa")
    assert said_to(done).startswith("Card deleted.")
    assert [method.method for method in rail.forgotten] == ["pm_1"]
    assert "Visa" not in texts_of(done)[0]
    world.time.passes(days=3)
    await world.charges.sweep()
    assert rail.charged == []


async def test_the_sums_are_chosen_in_two_taps(chat: Chat, world: World):
    await promise(world, "5")
    await chat.says(ALICE, "/tab")
    done = await chat.presses(ALICE, "Pay at: ¥30")
    assert texts_of(done)[0].startswith("At what amount should your tab be paid?")
    assert "✓ ¥30" in labels_of(done)
    done = await chat.presses(ALICE, "¥100")
    assert said_to(done).startswith("Noted.")
    assert "Pay at: ¥100" in labels_of(done)
    await chat.presses(ALICE, "Monthly limit: ¥100")
    done = await chat.presses(ALICE, "¥200")
    assert "Monthly limit: ¥200" in labels_of(done)


async def test_a_strangers_buttons_do_nothing(chat: Chat, world: World):
    (tip,) = await announced(world)
    ((charge),) = await open_charges(world)
    async with world.unit.read() as work:
        (kept,) = await work.methods.of(world.alice.id)
    for data in (
        cb.TabSkip(charge=charge.charge.id), cb.TabPay(tab=charge.charge.tab, minor=3_000),
        cb.TabRound(tab=charge.charge.tab, minor=4_000), cb.PromiseOff(tip=tip.id), cb.MethodForget(method=kept.id),
        cb.TabSave(tab=charge.charge.tab),
    ):  # fmt: skip
        done = await chat.taps(BOB, data.pack())
        assert len(answers(done)) == 1, data
        assert texts_of(done) == [], data
    assert await open_charges(world) == [charge]


@pytest.mark.parametrize(("language", "head", "ways_out"), [
    ("en", "Your tab will be paid in three days", ["Not this time", "Change"]),
    ("zh-CN", "三天后自动付小账本", ["这次先不付", "修改"]),
])  # fmt: skip
async def test_the_notice_lists_what_it_is_for_and_the_ways_out(
    world: World, language: str, head: str, ways_out: list[str]
):
    await announced(world, "10", "20")
    ((kind, text, labels),) = await told(world, language)
    assert kind is NoticeKind.TAB_ANNOUNCED
    assert head in text
    assert "Visa …4242" in text
    assert {"en": "On Wed, Nov 25 in the afternoon", "zh-CN": "将于 11月25日周三中午从"}[language] in plain(text)
    assert [sum_ for sum_ in ("¥10", "¥20", "¥30") if sum_ in text] == ["¥10", "¥20", "¥30"]
    assert labels == ways_out


def plain(text: str) -> str:
    return text.replace("<b>", "").replace("</b>", "")


async def test_a_promise_says_by_what_it_is_paid_and_why_it_is_on_the_tab(chat: Chat, world: World):
    tip = await world.tips.offer(OfferRequest("why", world.alice.id, cny("1"), post=world.post.id))
    done = await chat.taps(ALICE, cb.TipRail(tip=tip.id, rail="paper").pack())
    assert "paper takes ¥4 or more at a time" in texts_of(done)[0].replace("\u2068", "").replace("\u2069", "")
    assert said_to(done).startswith("paper: on your tab. It’s at ¥1 now, one charge at ¥30.")
    await promise(world, "6")
    shown = texts_of(await chat.says(ALICE, "/tab"))[0].replace("\u2068", "").replace("\u2069", "")
    assert "paper: one charge at ¥30 or at month's end" in shown


async def test_change_in_the_notice_shows_the_tab_with_all_that_can_be_changed(chat: Chat, world: World):
    await announced(world, "10", "20")
    done = await chat.taps(ALICE, cb.TabShow(fresh=True).pack())
    seen = [label.split(" · ")[0] for label in labels_of(done)]
    assert seen == [
        "Pay ¥30 now", "Not this time", "Delete Visa …4242", "Take off ¥20", "Take off ¥10", "Pay at: ¥30",
        "Monthly limit: ¥100",
    ]  # fmt: skip


@pytest.mark.parametrize(("language", "head"), [("en", "Time to pay your tab"), ("zh-CN", "小账本该付了")])
async def test_without_a_card_one_message_asks_for_it(chat: Chat, world: World, language: str, head: str):
    await promise(world, "30")
    await world.charges.sweep()
    ((kind, text, labels),) = await told(world, language)
    assert (kind, head in text, len(labels)) == (NoticeKind.TAB_ASKED, True, 2)
    ((charge),) = await open_charges(world)
    done = await chat.taps(ALICE, cb.TabPay(tab=charge.charge.tab, minor=3_000).pack())
    assert [url for method in done for url in urls(method)]


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Your card was declined", "Nothing was charged; here's a link.")), ("zh-CN", ("卡没扣成", "一分没扣")),
])  # fmt: skip
async def test_after_a_decline_the_message_says_so_and_its_button_is_a_link(
    chat: Chat, world: World, rail: SavingRail, language: str, words: tuple[str, str]
):
    await announced(world)
    await told(world)
    world.time.passes(days=3)
    rail.declines = True
    await world.charges.sweep()
    ((kind, text, _),) = await told(world, language)
    assert kind is NoticeKind.TAB_ASKED
    assert all(one in text for one in words)
    ((charge),) = await open_charges(world)
    for _ in range(2):
        done = await chat.taps(ALICE, cb.TabPay(tab=charge.charge.tab, minor=3_000).pack())
        assert [url for method in done for url in urls(method)]


async def test_two_taps_within_moments_are_one_promise(world: World):
    async with world.unit() as work:
        alice = await work.people.set(world.alice.id, rail="paper")
    tips = []
    for key in ("tap1", "tap2"):
        tip = await world.tips.offer(OfferRequest(key, alice.id, cny("1"), post=world.post.id, rail="paper"))
        promised = await world.tips.promise_as_before(tip, alice)
        assert promised is not None
        assert promised.standing == cny("1")
        tips.append(tip)
        world.time.passes(seconds=0.2)
    assert [(await world.fresh(tip)).state for tip in tips] == [TipState.ON_TAB, TipState.CANCELLED]
    world.time.passes(seconds=10)
    third = await world.tips.offer(OfferRequest("tap3", alice.id, cny("1"), post=world.post.id, rail="paper"))
    promised = await world.tips.promise_as_before(third, alice)
    assert promised is not None
    assert promised.standing == cny("2"), "¥1 more, meant as such"


async def test_paid_by_its_page_the_tab_is_empty(chat: Chat, world: World):
    await promise(world, "30")
    await world.charges.sweep()
    ((charge),) = await open_charges(world)
    body = event(EventKind.PAID, charge.payment, "evt_1", their_id="ch_1", minor=3_000)
    await world.payments.receive("paper", body, {"Signature": "paper"})
    await world.payments.settle_pending()
    await world.charges.sweep()
    done = await chat.says(ALICE, "/tab")
    assert "is empty" in texts_of(done)[0]
    assert await open_charges(world) == []
