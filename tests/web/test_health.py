"""/healthz, /readyz, and how long answers take, over HTTP: what is for everybody, what is for the operator."""

import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.health import HealthService
from services.metrics import MetricsService
from storage.work import UnitOfWork
from tests.world import World, make_world
from web.health import HealthPages
from web.metrics import create_metrics_app
from web.timing import timed


@pytest.fixture
async def world(work: UnitOfWork) -> World:
    return await make_world(work)


@pytest.fixture
def health(world: World) -> HealthService:
    found = HealthService(world.unit, now=world.time)
    found.started()
    return found


def public(health: HealthService) -> web.Application:
    app = web.Application(middlewares=[timed])
    app.add_routes(HealthPages(health).routes())
    return app


async def test_strangers_hear_yes_or_no_and_why(world: World, health: HealthService):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    world.time.passes(minutes=5)
    async with TestClient(TestServer(public(health))) as client:
        answer = await client.get("/readyz")
        assert (answer.status, await answer.text()) == (200, "ready")
        answer = await client.get("/readyz?outbox=60")
        assert (answer.status, await answer.text()) == (503, "not ready: outbox")
        for wrong in ("", "soon", "-1", "nan", "inf"):
            assert (await client.get("/readyz", params={"outbox": wrong})).status == 400
        health.stop()
        answer = await client.get("/readyz")
        assert (answer.status, await answer.text()) == (503, "not ready: stopping")
        assert (await client.get("/healthz")).status == 200, "who stops is alive"


async def test_the_internal_port_says_it_in_figures(world: World, health: HealthService):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    world.time.passes(minutes=5)
    app = create_metrics_app(MetricsService(world.unit, now=world.time), health)
    async with TestClient(TestServer(app)) as client:
        found = await (await client.get("/readyz")).json()
        assert found["ready"] is True
        assert found["outbox_oldest_seconds"] >= 300
        assert (await client.get("/healthz")).status == 200


async def test_answers_are_timed_under_their_route_and_nobodys_id(world: World, health: HealthService):
    app = public(health)

    async def broken(_request: web.Request) -> web.Response:
        raise RuntimeError

    app.add_routes([web.get("/r/{code}", HealthPages(None).healthz), web.get("/broken", broken)])
    async with TestClient(TestServer(app)) as client:
        await client.get("/r/YZ-SECRET-CODE")
        await client.get("/nowhere/YZ-SECRET-CODE")
        await client.get("/broken")
        await client.request("PUT", "/healthz")
    shown = (await MetricsService(world.unit, now=world.time).render()).decode()
    timed_as = set(re.findall(r"http_server_request_duration_seconds_count\{(.*)\} ", shown))
    assert 'method="GET",route="/r/{code}",status="200"' in timed_as
    assert 'method="GET",route="none",status="404"' in timed_as
    assert 'method="GET",route="/broken",status="500"' in timed_as
    assert 'method="other",route="none",status="405"' in timed_as
    assert "YZ-SECRET-CODE" not in shown
