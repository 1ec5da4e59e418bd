"""/metrics: what was counted, and what the database says when it is asked."""

import re
from datetime import timedelta

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from giving.matching import Ratio, Window
from giving.payments import EventKind
from services.matching import NewPool
from services.metrics import MetricsService
from storage.engines import Engines
from tests.world import World, cny
from web.metrics import create_metrics_app


async def scraped(world: World) -> dict[str, float]:
    app = create_metrics_app(MetricsService(world.unit, now=world.time))
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return {
            m[1]: float(m[2])
            for m in re.finditer(r"^(\w+(?:\{[^}]*\})?) ([0-9.e+-]+)$", await answer.text(), re.MULTILINE)
        }


async def test_a_tip_is_counted_offered_and_paid_and_the_books_sum_to_nothing(world: World):
    before = await scraped(world)
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    after = await scraped(world)

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown("tips_offered_total") == 1
    assert grown('tips_paid_total{rail="paper"}') == 1
    assert grown('webhook_events_total{outcome="stored",rail="paper"}') == 1
    assert grown('group_commit_batch_size_count{work="offer"}') == 1
    assert after['ledger_imbalance_minor{currency="CNY"}'] == 0


async def test_the_oldest_message_and_the_oldest_event_have_an_age(world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    tip = await world.tip(world.alice, "1")
    await world.keep(EventKind.PAID, tip, "evt_late", their_id="ch_late")
    world.time.passes(seconds=90)
    now = await scraped(world)

    assert now["outbox_oldest_seconds"] >= 90
    assert now["payment_unknown_oldest_seconds"] >= 90
    await world.payments.settle_pending()
    assert (await scraped(world))["payment_unknown_oldest_seconds"] == 0


async def test_open_funds_and_what_is_held_of_them_show(world: World):
    start = world.time() - timedelta(hours=1)
    new = NewPool("S", True, {"en": "T"}, cny("10"), Ratio(1, 1), (Window(1, start, None, 1000),))
    pool = await world.pools.sign((await world.pools.create(new)).id, signed_by="W")
    tip = await world.tip(world.alice, "3")
    await world.pay(tip, world.alice, at=int(world.time().timestamp()))
    labels = f'{{currency="CNY",pool="{pool.id}"}}'
    now = await scraped(world)
    assert (now["matching_held"], now[f"matching_left_minor{labels}"]) == (1, 1000)
    await world.match_review.release_all(None)
    now = await scraped(world)
    assert (now["matching_held"], now[f"matching_used_minor{labels}"], now[f"matching_left_minor{labels}"]) == (
        0,
        300,
        700,
    )
    await world.pools.withdraw(pool.id)
    assert f"matching_left_minor{labels}" not in await scraped(world)


async def test_an_imbalance_shows(world: World, engines: Engines):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    move = "UPDATE accounts SET balance_minor = balance_minor {} 1 WHERE name LIKE 'rail:%'"
    async with engines.writer.begin() as connection:
        await connection.execute(text(move.format("+")))
    assert (await scraped(world))['ledger_imbalance_minor{currency="CNY"}'] == 1
    async with engines.writer.begin() as connection:
        await connection.execute(text(move.format("-")))
