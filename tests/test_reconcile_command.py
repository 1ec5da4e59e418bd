"""`reconcile` by a real process, over HTTP with the sandbox's provider: no difference, one, and none that is known."""

import asyncio
import csv
import json
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy import select

from giving.tips import Limits
from launch.reconcile_words import COLUMNS
from payments.china import bills_until
from payments.provider import PaymentRef
from payments.sandbox import SandboxRail
from services.clock import utc_now
from services.links import Links
from services.payments import PaymentService, Received
from services.rails import Rails
from services.settlement import Settler
from services.tips import TipService
from storage.tables import outbox, reconciliations
from tests.launch.test_china_rails import complete as china
from tests.payments.china import Clock, served
from tests.payments.wechat.gateway import WeChatGateway
from tests.processes import ROOT, command, environment, fetch
from tests.world import SHANGHAI, World, cny

KEY = {"Authorization": "Bearer sandbox-key"}
NOWHERE = "http://127.0.0.1:9"


def settings(database: str, provider: str = NOWHERE) -> dict[str, str]:
    return {
        "YIZAN_DATABASE__URL": database, "YIZAN_RAILS__ENABLED": "sandbox", "YIZAN_RAILS__SANDBOX__KEY": "sandbox-key",
        "YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET": "s", "YIZAN_RAILS__SANDBOX__API_BASE": provider, "YIZAN_OWNERS": "1001",
    }  # fmt: skip


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[str]:
    """A sandbox process of its own."""
    arguments = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(tmp_path / "s.db"), "--exit-with-parent"]
    with subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


@dataclass
class Shop:
    """Gifts through the sandbox's provider, booked here as its events tell."""

    world: World
    rail: SandboxRail
    payments: PaymentService
    session: aiohttp.ClientSession
    base: str

    async def gift(self, amount: str) -> dict[str, Any]:
        """Given, paid, and told twice; the provider's charge."""
        tip = await self.world.tip(self.world.alice, amount, key=uuid4().hex)
        url = await self.world.tips.payment_link(tip.id, self.world.alice)
        async with self.session.post(url, json={"action": "pay"}) as response:
            (charge,) = (await response.json())["charges"]
        tip = await self.world.fresh(tip)
        assert tip.payment is not None
        for told in ((await self.rail.fetch(PaymentRef(tip.payment, None))).events) * 2:
            await self.payments.found("sandbox", told)
        return dict(charge)

    async def refund(self, charge: dict[str, Any]) -> None:
        """The whole of it, told as the webhook does."""
        path = f"/rail/charges/{charge['id']}/refunds"
        refund = await self.call("POST", path, {"amount_minor": charge["amount_minor"]})
        async with self.session.get(f"{self.base}/rail/payments/{charge['payment']}", headers=KEY) as response:
            payment = await response.json()
        data = {"payment": payment, "charge": charge, "refund": refund}
        event = {"id": "evt_1", "type": "refund.succeeded", "created_at": refund["created_at"], "livemode": False}
        assert await self.payments.found("sandbox", json.dumps(event | {"data": data})) is Received.STORED

    async def call(self, method: str, path: str, body: Any) -> Any:
        headers = KEY | {"Idempotency-Key": uuid4().hex}
        async with self.session.request(method, self.base + path, json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@pytest.fixture
async def shop(world: World, provider: str) -> AsyncIterator[Shop]:
    rail = SandboxRail(api_base=provider, key="sandbox-key", webhook_secret="s")
    limits, rails = Limits(cny("1"), cny("50000")), {"sandbox": rail}
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    world.tips = TipService(
        world.unit, Rails([rail]), links, limits=limits, presets=[cny("1")], language="en", now=utc_now
    )
    settler = Settler(world.unit, rails, wakes=world.wakes, digest_every=timedelta(minutes=10), now=utc_now)
    payments = PaymentService(world.unit, [rail], settler)
    async with aiohttp.ClientSession() as session:
        yield Shop(world, rail, payments, session, provider)
    await rail.close()


async def test_no_difference_and_after_one_corrupted_record_exactly_that_one(
    shop: Shop, database_url: str, provider: str, tmp_path: Path
):
    charges = [await shop.gift(amount) for amount in ("5", "1", "10")]
    await shop.refund(charges[1])
    environ = settings(database_url, provider)

    clean = command("reconcile", "--rail", "sandbox", **environ)
    assert (clean.returncode, clean.stderr) == (0, "")
    today = datetime.now(SHANGHAI).date()
    assert clean.stdout.splitlines() == [
        f"sandbox: {today - timedelta(days=6)} to {today}, days in Asia/Shanghai",
        "  agree: 3 fees, 0.10 CNY",
        "  agree: 3 payments, 16.00 CNY",
        "  agree: 1 refund, 1.00 CNY",
        "  no difference",
    ]

    id_, out = charges[2]["id"], tmp_path / "differences.csv"
    await shop.call("PUT", f"/rail/records/payment/{id_}", {"amount_minor": 999})
    wrong = command("reconcile", "--csv", str(out), **environ)
    assert (wrong.returncode, wrong.stderr) == (1, "")
    (line,) = [line for line in wrong.stdout.splitlines() if "DIFFERS" in line]
    at = datetime.fromtimestamp(charges[2]["created_at"], SHANGHAI)
    assert line == (
        f"  DIFFERS: the amount differs: payment {id_} of {at:%Y-%m-%d %H:%M:%S}; the provider says 9.99 CNY; "
        f"our books say 10.00 CNY; entry payment:sandbox:{id_}:paid"
    )
    assert wrong.stdout.splitlines()[-1] == "  1 difference"
    with out.open(encoding="utf-8", newline="") as file:
        columns, *found = csv.reader(file)
    assert tuple(columns) == COLUMNS
    ((rail, what, kind, theirs, _, *amounts),) = [row[:9] for row in found]
    assert [rail, what, kind, theirs, *amounts] == [
        "sandbox", "the amount differs", "payment", id_, "9.99", "CNY", "10.00", "CNY",
    ]  # fmt: skip

    again = command("reconcile", **environ)
    assert again.returncode == 1
    async with shop.world.unit.read() as work:
        queued = (await work.connection.execute(select(outbox).where(outbox.c.kind == "alert"))).all()
        runs = (await work.connection.execute(select(reconciliations.c.found))).scalars().all()
    assert len(queued) == 1, "the owner is told once"
    assert list(runs) == [0, 1, 1]

    await shop.call("PUT", f"/rail/records/payment/{id_}", {})
    assert command("reconcile", **environ).returncode == 0


@pytest.fixture
def database(sqlite_template: Path) -> str:
    return f"sqlite:///{sqlite_template}"


@pytest.fixture
def empty(database: str, tmp_path: Path) -> str:
    """A file of its own, for what writes."""
    path = tmp_path / "empty.db"
    path.write_bytes(Path(database.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{path}"


def test_a_provider_that_does_not_answer_is_no_difference(empty: str, tmp_path: Path):
    out = tmp_path / "x.csv"
    done = command("reconcile", "--csv", str(out), **settings(empty))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "yizan: sandbox: not finished: the provider did not answer; nothing is known of any difference",
        f"yizan: --csv {out}: not written",
    ]
    assert not out.exists()


def test_a_wrong_key_is_said_to_be_refused(empty: str, provider: str):
    done = command("reconcile", **settings(empty, provider) | {"YIZAN_RAILS__SANDBOX__KEY": "wrong"})
    assert (done.returncode, done.stdout) == (2, "")
    assert "the provider refused: unauthorized" in done.stderr
    assert "wrong" not in done.stderr


def test_a_rail_that_lists_nothing_is_named_and_no_failure(empty: str):
    done = command("reconcile", **settings(empty) | {
        "YIZAN_RAILS__ENABLED": "telegram", "YIZAN_RAILS__TELEGRAM__PROVIDER_TOKEN": "1:TEST:x",
        "YIZAN_TELEGRAM__TOKEN": "42:TEST",
    })  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("telegram: not compared: this rail lists nothing of what it did")


async def test_books_that_are_written_day_by_day_are_compared_as_far_as_they_are_written(empty: str):
    """Today's bill comes tomorrow: whoever names no day is not told that it is missing; whoever names it is."""
    gateway = WeChatGateway(Clock())
    async with served(gateway.app()) as gateway.base:
        environ = china() | {
            "YIZAN_DATABASE__URL": empty, "YIZAN_RAILS__ENABLED": "wechat", "YIZAN_OWNERS": "1001",
            "YIZAN_RAILS__WECHAT__API_BASE": gateway.base,
        }  # fmt: skip
        done = await asyncio.to_thread(command, "reconcile", **environ)
        named = await asyncio.to_thread(command, "reconcile", "--to", str(TODAY), **environ)
    last = bills_until(gateway.clock()).date() - timedelta(days=1)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"wechat: {TODAY - timedelta(days=6)} to {last}, days in Asia/Shanghai"
    assert (named.returncode, named.stdout) == (2, "")
    assert "is not out before 10:00 (UTC+8) of the next day" in named.stderr


TODAY = datetime.now(SHANGHAI).date()


@pytest.mark.parametrize(("arguments", "environ", "said"), [
    (("--from", "2026-02-30"), {}, "--from 2026-02-30: is no day; write year-month-day, such as 2026-11-01"),
    (("--to", "yesterday"), {}, "--to yesterday: is no day; write year-month-day, such as 2026-11-01"),
    (("--from", "2025-11-03", "--to", "2025-11-02"), {}, "--from 2025-11-03 is after --to 2025-11-02"),
    (("--to", f"{TODAY + timedelta(days=2)}"), {}, "is not yet; today is"),
    (("--rail", "stripes"), {}, "--rail stripes: is not switched on (rails.enabled: sandbox)"),
    ((), {"YIZAN_RAILS__ENABLED": ""}, "rails.enabled: no rail is switched on, so there is nothing to compare"),
    ((), {"YIZAN_RAILS__SANDBOX__KEY": ""}, "rails.sandbox.key: is not set"),
    ((), {"YIZAN_RAILS__ENABLED": "sandbx"}, "rails.enabled: no rail is called sandbx, did you mean sandbox?"),
])  # fmt: skip
def test_wrong_use_is_one_clear_line(database: str, arguments: tuple[str, ...], environ: dict[str, str], said: str):
    done = command("reconcile", *arguments, **settings(database) | environ)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("yizan: ")
    assert said in line


def test_a_file_that_can_not_be_written_is_named_by_its_option(empty: str, provider: str, tmp_path: Path):
    done = command("reconcile", "--csv", str(tmp_path), **settings(empty, provider))
    assert done.returncode == 2
    assert done.stderr == f"yizan: --csv {tmp_path}: is a folder: write a file's name\n"
    assert "neither side has anything" in done.stdout


def test_days_are_the_operators_and_included(empty: str, provider: str, tmp_path: Path):
    """What happened in the first hour of a day in Shanghai, which is the day before in UTC."""
    early = datetime(2025, 11, 20, 0, 30, tzinfo=SHANGHAI)
    body = {"amount_minor": 7, "currency": "JPY", "created_at": int(early.timestamp())}
    assert fetch("PUT", f"{provider}/rail/records/refund/=re_1", body, KEY).status == 200

    out = tmp_path / "found.csv"

    def found(first: date, last: date) -> int:
        days = ("--from", str(first), "--to", str(last), "--csv", str(out))
        done = command("reconcile", *days, **settings(empty, provider))
        return done.stdout.count("not in our books: refund =re_1 of 2025-11-20 00:30:00; the provider says 7 JPY")

    day = date(2025, 11, 20)
    assert found(day, day) == 1
    assert "sandbox,not in our books,refund,'=re_1,2025-11-20 00:30:00+08:00,7,JPY," in out.read_text(encoding="utf-8")
    assert found(day - timedelta(days=2), day - timedelta(days=1)) == 0
    assert found(day + timedelta(days=1), day + timedelta(days=1)) == 0


def test_a_terminal_sees_a_bar_and_nobody_else_does(empty: str, provider: str):
    """Drawn once it takes a while, and at the end."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "main.py", "reconcile"], cwd=ROOT, env=environment(**settings(empty, provider)), stderr=theirs,
        stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        os.close(theirs)
        seen = b""
        while True:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # the terminal's other side is closed
                break
        assert running.stdout is not None
        assert b"no difference" in running.stdout.read()
    os.close(ours)
    assert b"sandbox, at the provider: [" in seen
    assert running.returncode == 0
