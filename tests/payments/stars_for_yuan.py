"""Gifts in yuan that are paid in Stars, beside a card: the town, and what is asked of it again and again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from giving.conversions import Conversion
from giving.money import Money
from giving.payments import EventKind
from giving.people import Person
from giving.projects import Tally
from giving.rails import How
from giving.reconcile_times import Window
from giving.tips import Limits, OfferRequest, Tip, TipState
from payments.provider import RefundAsk
from payments.stars_rail import StarsRail
from services.alerts import AlertService
from services.conversions import ConversionService, Converted
from services.ledger import LedgerService
from services.reconcile import ReconcileService
from storage.ids import new_id
from tests.payments.stars_town import ALICE, RATE, StarTown, open_town, xtr
from tests.processes import write_seed
from tests.rails import PaperRail, event
from tests.texts.words import TEXTS
from tests.world import SHANGHAI, World, cny

BOB, BUSY = 1004, "error-not-saved"


def _with_bob(seed: dict[str, Any]) -> None:
    """Our Bob, in place of whoever has his number in the demo."""
    seed["users"] = [user for user in seed["users"] if user["id"] != BOB] + [{"id": BOB, "name": "Bob"}]


@asynccontextmanager
async def open_yuan_town(world: World, folder: Path) -> AsyncIterator[StarTown]:
    """A card beside Stars, for projects in yuan."""
    seed = write_seed(folder / "seed.yaml", _with_bob)
    money, presets = Limits(cny("1"), cny("50000")), [cny("1"), cny("10")]
    async with open_town(
        world, folder, StarsRail(RATE), money=money, beside=[PaperRail()], seed=seed, presets=presets
    ) as opened:
        yield opened


async def offered(town: StarTown, amount: str, *, key: str = "q1", donor: Person | None = None) -> Tip:
    who = donor or town.world.alice
    return await town.tips.offer(OfferRequest(key, who.id, cny(amount), post=town.world.post.id))


async def buys(town: StarTown, link: str, person: int = ALICE) -> None:
    """Press Pay, and again if the database was too busy to answer in time, as the bot says then."""
    for _ in range(5):
        bought = await town.buyer.buys(link, person)
        if bought["paid"] or bought["error"] != TEXTS.plain("zh-CN", BUSY):
            break
    assert bought["paid"], bought


async def gives(town: StarTown, amount: str, *, key: str = "q1", donor: Person | None = None) -> Tip:
    """Somebody taps under the post, chooses Stars, and pays them."""
    who = donor or town.world.alice
    tip = await offered(town, amount, key=key, donor=who)
    assert (await town.tips.choose_rail(tip.id, who, "stars")).how is How.NOW
    await buys(town, await town.link(tip, who), who.telegram_id)
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


async def agree(town: StarTown, since: datetime) -> dict[EventKind, Money]:
    """Telegram's list and our books, by `reconcile`: no difference, and this in all."""
    alerts = AlertService(owners=[1001], wakes=town.world.wakes)
    service = ReconcileService(town.world.unit, {"stars": town.rail}, alerts, zone=SHANGHAI)
    report = await service.run("stars", Window(since, datetime.now(UTC) + timedelta(minutes=1)))
    assert (report.found, report.differences) == (0, ())
    return {one.kind: one.total for one in report.agreed}
