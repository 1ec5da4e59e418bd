"""Stars for gifts in yuan: chosen in the chat, booked in Stars, shown apart, and yuan once they were exchanged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from giving.accounts import Account, rail_clearing
from giving.conversions import Conversion, ConversionRefused
from giving.errors import NoRail
from giving.ids import token_of
from giving.ledger import Entry, Posting
from giving.money import Money
from giving.payments import EventKind
from giving.people import Person
from giving.projects import Tally
from giving.rails import How
from giving.tips import Limits, OfferRequest, Tip, TipState
from payments.provider import RefundAsk
from payments.stars_rail import StarsRail
from services.conversions import ConversionService, Converted
from services.ledger import LedgerService
from storage.ids import new_id
from tests.payments.stars_town import ALICE, RATE, StarTown, open_town, xtr
from tests.processes import write_seed
from tests.processes.people import Persona
from tests.rails import PaperRail, event
from tests.world import World, cny

BOB = 1004


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    """A card beside Stars, for projects in yuan."""
    seed = write_seed(tmp_path / "seed.yaml", lambda seed: seed["users"].append({"id": BOB, "name": "Bob"}))
    money, presets = Limits(cny("1"), cny("50000")), [cny("1"), cny("10")]
    async with open_town(
        world, tmp_path, StarsRail(RATE), money=money, beside=[PaperRail()], seed=seed, presets=presets
    ) as opened:
        yield opened


async def offered(town: StarTown, amount: str, *, key: str = "q1", donor: Person | None = None) -> Tip:
    who = donor or town.world.alice
    return await town.tips.offer(OfferRequest(key, who.id, cny(amount), post=town.world.post.id))


async def gives(town: StarTown, amount: str, *, key: str = "q1", donor: Person | None = None) -> Tip:
    """Somebody taps under the post, chooses Stars, and pays them."""
    who = donor or town.world.alice
    tip = await offered(town, amount, key=key, donor=who)
    assert (await town.tips.choose_rail(tip.id, who, "stars")).how is How.NOW
    bought = await town.buyer.buys(await town.link(tip, who), who.telegram_id)
    assert bought["paid"], bought
    return await town.until_charged(await town.world.fresh(tip))


async def gives_by_card(town: StarTown, amount: str, *, key: str, donor: Person | None = None) -> Tip:
    who = donor or town.world.alice
    tip = await offered(town, amount, key=key, donor=who)
    await town.tips.choose_rail(tip.id, who, "paper")
    await town.tips.payment_link(tip.id, who)
    return await paid_by_card(town, await town.world.fresh(tip), f"ch_{key}")


async def paid_by_card(town: StarTown, tip: Tip, charge: str) -> Tip:
    body = event(EventKind.PAID, tip.payment, f"evt_{charge}", their_id=charge, minor=tip.amount.minor)
    await town.payments.receive("paper", body, {"Signature": "paper"})
    return await town.world.fresh(tip)


async def gives_back(town: StarTown, tip: Tip) -> None:
    assert tip.charge is not None
    assert tip.payment is not None
    await town.rail.refund(RefundAsk(new_id(), tip.charge, tip.amount, tip.amount, tip.payment), key="r")
    await town.until(tip, lambda found: found.state is TipState.REFUNDED)


async def converted(town: StarTown, stars: int, fen: int, proof: str = "TX1", currency: str = "CNY") -> Converted:
    rate = Decimal(fen) / 100 / stars
    asked = Conversion("stars", xtr(stars), Money(fen, currency), rate, proof)
    return await ConversionService(town.world.unit).convert(asked)


async def books(town: StarTown) -> dict[str, tuple[int, int]]:
    """What the project was credited, what lies with the rail, and between currencies: Stars, and fen."""
    names = {
        f"project:{town.world.library.id}:credited": "credited", "rail:stars:clearing": "clearing",
        "exchange:stars": "exchange", "exchange:stars:back": "back",
    }  # fmt: skip
    found: dict[str, tuple[int, int]] = {}
    async with town.world.unit.read() as work:
        for account, name in names.items():
            both = [(await work.ledger.balance(account, currency)).minor for currency in ("XTR", "CNY")]
            found[name] = (-both[0], -both[1]) if name == "credited" else (both[0], both[1])
    return found


async def shown(town: StarTown) -> list[Tally]:
    """What the project's card and page, the post's card and button, the chat's figures and the slot's sums say."""
    world = town.world
    async with world.unit.read() as work:
        counted = (await work.tallies.of([world.post.id], "CNY"))[world.post.id]
        of_slot = await work.slots.given([world.chat.chat.id, world.post.id], "CNY")
    assert of_slot.donors == counted.donors
    card = await world.projects.by_slug("library")
    post = await town.tips.post(world.post.id)
    stats = await world.creators.stats(world.chat.chat.id, world.creator)
    assert stats.top_posts[0].raised == counted if counted.gifts else not stats.top_posts
    return [card.raised, post.raised, counted, stats.ever]


async def says(town: StarTown, given: str, *apart: int, donors: int, gifts: int) -> None:
    """The same everywhere, and the books agree."""
    wanted = Tally(cny(given), donors, gifts, tuple(xtr(stars) for stars in apart))
    assert await shown(town) == [wanted] * 4
    report = await LedgerService(town.world.unit).verify()
    assert report.clean, report.findings


# --- In the chat -----------------------------------------------------------------------------------------------------


async def test_ten_yuan_are_paid_in_stars_after_the_card_has_said_how_many_and_at_which_rate(town: StarTown):
    alice = Persona(town.buyer.box.url, ALICE)

    async def act(step: Any, *what: Any, **more: Any) -> Any:
        return await asyncio.to_thread(step, *what, **more)

    await act(alice.say, f"/start g_{token_of(town.world.library.id)}")
    project = await act(alice.wait, lambda message: "¥10" in message.labels)
    await act(alice.tap, project, "¥10")
    card = await act(alice.wait, lambda message: any(label.startswith("Telegram Stars") for label in message.labels))
    assert [label for label in card.labels if "⭐" in label] == ["Telegram Stars：⭐80，现在付"]
    assert "去付款 ¥10" in card.labels, "money comes first"

    await act(alice.tap, card, "Telegram Stars")
    chosen = await act(alice.wait, "⭐8 = ¥1")
    assert chosen.id == card.id
    assert "实付 ⭐80（⭐8 = ¥1，运营方定的汇率）" in chosen.text
    assert "去付款 ⭐80" in chosen.labels
    assert "paper：现在付" in chosen.labels, "there is a way back"

    seen = await town.buyer.sees(chosen.url("去付款 ⭐80"))
    assert (seen["currency"], seen["total_amount"]) == ("XTR", 80)
    assert (await town.buyer.buys(chosen.url("去付款 ⭐80"), BOB))["paid"] is False, "it is Alice's"
    bought = await town.buyer.buys(chosen.url("去付款 ⭐80"))
    assert bought["paid"], bought
    for _ in range(400):
        if (await books(town))["credited"] == (80, 0):
            break
        await asyncio.sleep(0.025)
    assert (await books(town)) == {"credited": (80, 0), "clearing": (80, 0), "exchange": (0, 0), "back": (0, 0)}
    assert (await LedgerService(town.world.unit).verify()).clean

    await act(alice.say, "/gifts")
    gifts = await act(alice.wait, "我的公益")
    assert "已捐 ⭐80" in gifts.text


async def test_what_was_chosen_last_is_asked_in_stars_at_once_and_money_again_when_it_is_chosen_again(town: StarTown):
    await gives(town, "10", key="a")
    alice = town.world.alice
    tip = await town.tips.offer(OfferRequest("b", alice.id, cny("5"), post=town.world.post.id, rail="stars"))
    card = await town.tips.card(tip.id, alice)
    assert (card.tip.amount, card.ways[0].rail, card.ways[0].price) == (cny("5"), "stars", xtr(40))
    await town.link(tip)
    await town.tips.choose_rail(tip.id, alice, "paper")
    paid = await paid_by_card(town, await town.world.fresh(tip), "ch_b")
    assert (paid.state, paid.amount) == (TipState.PAID, cny("5"))
    await says(town, "5", 80, donors=1, gifts=2)


async def test_what_costs_more_stars_than_an_invoice_carries_is_not_offered_in_stars(town: StarTown):
    tip = await offered(town, "1250.01")
    assert [way.rail for way in (await town.tips.card(tip.id, town.world.alice)).ways] == ["paper"]
    with pytest.raises(NoRail):
        await town.tips.choose_rail(tip.id, town.world.alice, "stars")


# --- The books and what is shown -------------------------------------------------------------------------------------


async def test_stars_stand_apart_until_they_are_yuan_and_what_went_back_does_not_become_any(town: StarTown):
    bob, since = town.world.bob, datetime.now(UTC) - timedelta(minutes=1)
    await says(town, "0", donors=0, gifts=0)
    await gives_by_card(town, "100", key="card")
    ten = await gives(town, "10", key="ten")
    five = await gives(town, "5.01", key="five", donor=bob)
    assert (ten.amount, five.amount) == (xtr(80), xtr(41))
    await says(town, "100", 121, donors=2, gifts=3)

    await gives_back(town, ten)
    await says(town, "100", 41, donors=2, gifts=2)
    back = await gives(town, "2", key="two", donor=bob)
    assert back.amount == xtr(16)

    done = await converted(town, 50, 471)
    assert (done.gifts, done.credited, done.left) == (2, cny("4.71"), xtr(7))
    await says(town, "104.71", 7, donors=2, gifts=3)
    assert await books(town) == {
        "credited": (7, 10_471), "clearing": (7, 471), "exchange": (0, 0), "back": (0, 0),
    }  # fmt: skip
    assert not (await converted(town, 50, 471)).is_new, "the same proof again"
    await converted(town, 7, 66, "TX2")
    await says(town, "105.37", donors=2, gifts=3)
    assert (await books(town))["credited"] == (0, 10_537)

    town.world.time.now = datetime.now(UTC) + timedelta(minutes=1)
    due = await town.world.counters.due()
    assert [counter.raised.given for counter in due] == [cny("105.37")], "the button under the post is drawn again"
    listed = [record async for record in town.rail.records(since, datetime.now(UTC) + timedelta(minutes=1))]
    assert sum(r.amount.minor if r.kind is EventKind.PAID else -r.amount.minor for r in listed) == 57


async def test_what_is_given_back_after_it_was_exchanged_takes_its_yuan_with_it(town: StarTown):
    ten = await gives(town, "10", key="ten")
    await converted(town, 80, 754)
    five = await gives(town, "5", key="five", donor=town.world.bob)
    await says(town, "7.54", 40, donors=2, gifts=2)

    await gives_back(town, ten)
    await says(town, "0", 40, donors=1, gifts=1)
    assert await books(town) == {
        "credited": (40, 0), "clearing": (-40, 754), "exchange": (0, 0), "back": (80, -754),
    }  # fmt: skip
    await gives(town, "10", key="more", donor=town.world.bob)
    await converted(town, 40, 400, "TX2")
    await says(town, "11.54", donors=1, gifts=2)
    found = await books(town)
    assert (found["clearing"], found["back"], found["credited"]) == ((0, 1154), (0, 0), (0, 1154))

    await gives_back(town, five)
    assert (await books(town))["credited"][0] == 0
    assert (await LedgerService(town.world.unit).verify()).clean


async def test_paid_in_stars_and_by_card_the_second_is_a_gift_of_its_own_currency(town: StarTown):
    tip = await offered(town, "10")
    await town.tips.choose_rail(tip.id, town.world.alice, "paper")
    await town.tips.payment_link(tip.id, town.world.alice)
    by_card = await town.world.fresh(tip)
    await town.tips.choose_rail(tip.id, town.world.alice, "stars")
    bought = await town.buyer.buys(await town.link(tip))
    assert bought["paid"]
    await town.until_charged(tip)
    await paid_by_card(town, by_card, "ch_late")
    await says(town, "10", 80, donors=1, gifts=2)


async def test_a_conversion_into_another_currency_than_the_projects_is_refused(town: StarTown):
    await gives(town, "10")
    before = await books(town)
    with pytest.raises(ConversionRefused, match="80 of these 80 XTR are gifts to projects in another currency"):
        await converted(town, 80, 104, currency="USD")
    with pytest.raises(ConversionRefused, match="81 XTR are more than the 80"):
        await converted(town, 81, 700)
    assert await books(town) == before


async def test_what_nobody_gave_by_a_tip_still_goes_through_the_exchange(town: StarTown):
    await gives(town, "10")
    async with town.world.unit() as work:
        postings = Posting(rail_clearing("stars"), xtr(20)), Posting(Account("opening"), xtr(-20))
        await work.ledger.append([Entry("opening:stars", datetime.now(UTC), postings)], now=datetime.now(UTC))
    done = await converted(town, 100, 1000)
    assert done.credited == cny("8")
    assert (await books(town))["exchange"] == (20, -200)
    await says(town, "8", donors=1, gifts=1)


async def test_two_conversions_and_a_refund_at_once_leave_nothing_twice(town: StarTown):
    tips = [await gives(town, str(number), key=f"q{number}") for number in (1, 2, 3, 4)]
    whole = sum(tip.amount.minor for tip in tips)

    async def convert(proof: str) -> None:
        with suppress(ConversionRefused):
            await converted(town, whole - 16, 10 * (whole - 16), proof)

    await asyncio.gather(convert("TX1"), convert("TX2"), gives_back(town, tips[1]))
    found = await books(town)
    report = await LedgerService(town.world.unit).verify()
    assert report.clean, report.findings
    assert found["credited"][1] in (10 * (whole - 16), 10 * (whole - 16) - 160)
