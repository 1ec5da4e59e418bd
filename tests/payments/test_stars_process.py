"""A gift in Stars by real processes: `main.py run` with the rail switched on, by polling and by webhook."""

import signal
from collections.abc import Iterator

import pytest
import yaml

from giving.money import Money
from tests.processes import FOLLOWER, Message, Persona, Stage, command, until, words
from tests.processes.emulator import Json

READ = "I have read docs/rails.md: Stars and charity"
TITLE = "星星图书馆"
SETTINGS: Json = {
    "YIZAN_RAILS__ENABLED": "stars",
    "YIZAN_RAILS__STARS__ACKNOWLEDGED": READ,
    "YIZAN_TIPS__CURRENCY": "XTR",
    "YIZAN_TIPS__LEAST_MINOR": "1",
    "YIZAN_TIPS__MOST_MINOR": "10000",
    "YIZAN_TIPS__PRESETS_MINOR": "8,40,80",
}
PROJECT: Json = {
    "organisations": [{"slug": "stars", "verified": True, "names": {"zh-CN": "星星", "en": "Stars"}}],
    "projects": [
        {
            "slug": "stars", "organisation": "stars", "currency": "XTR", "target": 1_000_000,
            "texts": {
                "zh-CN": {"title": TITLE, "summary": "简介", "story": "故事", "use": "1 颗星，多读一页书"},
                "en": {"title": "Star library", "summary": "Summary", "story": "Story", "use": "A Star, a page"},
            },
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=["polling", "webhook"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stars")
    stage = Stage(folder, f"sqlite:///{folder}/yizan.db", rail=False, YIZAN_TELEGRAM__UPDATES=request.param, **SETTINGS)
    stage.set(YIZAN_WEB__PUBLIC_URL=stage.web)
    try:
        stage.start_sandbox()
        stage.start_bot()
        stage.ready()
        file = folder / "stars.yaml"
        file.write_text(yaml.safe_dump(PROJECT, allow_unicode=True), encoding="utf-8")
        imported = stage.command("project", "import", str(file))
        assert imported.returncode == 0, imported.stderr
        yield stage
        stage.show_logs()
    finally:
        stage.close()


def invoice(message: Message) -> str | None:
    return next((str(b["url"]) for b in message.buttons if str(b.get("url", "")).startswith("https://t.me/$")), None)


def card(person: Persona, amount: str) -> tuple[Message, str]:
    """From /give to the card of a new tip; where it is paid."""
    projects = person.ask("/give")
    person.tap(projects, TITLE)
    project = person.wait_at(projects, lambda m: m.has(amount))
    person.tap(project, amount)
    shown = person.wait(lambda m: invoice(m) is not None, after=project.id)
    return shown, str(invoice(shown))


def buy(person: Persona, link: str) -> Json:
    bought: Json = person.call("POST", "/purchases", {"invoice": link})
    return bought


def balances(stage: Stage) -> dict[tuple[str, str], int]:
    rows = stage.rows("SELECT name, currency, balance_minor FROM accounts")
    return {(name, currency): minor for name, currency, minor in rows}


def receipts(person: Persona) -> list[Message]:
    return [message for message in person.messages() if words("receipt-thanks") in message.text]


def test_from_the_card_to_the_receipt_with_the_rate_said_before(stage: Stage) -> None:
    follower = stage.persona(FOLLOWER)
    follower.ask("/start")
    shown, link = card(follower, "⭐40")
    slug = link.rpartition("$")[2]
    bill = follower.call("GET", f"/invoices/{slug}")["invoice"]
    assert (bill["title"], bill["currency"], bill["total_amount"]) == (TITLE, "XTR", 40)
    assert "约合 ¥5" in bill["description"]
    assert "⭐8 = ¥1" in bill["description"]
    assert balances(stage) == {}

    assert buy(follower, link)["paid"]
    follower.wait(words("receipt-thanks"), after=shown.id)
    follower.wait_at(shown, words("tip-paid", amount=Money(40, "XTR"), project=TITLE))
    assert words("test-money") not in receipts(follower)[0].text
    found = balances(stage)
    assert found.pop(("rail:stars:clearing", "XTR")) == 40
    assert list(found.values()) == [-40]
    assert stage.verify().clean
    again = buy(follower, link)
    assert (again["paid"], again["error"]) == (False, words("error-tip-not-open"))


def test_killed_between_the_yes_and_the_news_it_is_booked_and_thanked_once(stage: Stage) -> None:
    follower = stage.persona(FOLLOWER)
    before, thanked = sum(minor for minor in balances(stage).values() if minor > 0), len(receipts(follower))
    _, link = card(follower, "⭐80")
    assert buy(follower, link)["paid"]
    stage.bot.signal(signal.SIGKILL)
    stage.bot.process.wait()
    stage.start_bot()
    stage.ready()
    until(lambda: len(receipts(follower)) > thanked, "the receipt")
    assert sum(minor for minor in balances(stage).values() if minor > 0) == before + 80
    assert len(receipts(follower)) == thanked + 1
    assert stage.verify().clean


def test_reconcile_asks_telegram_and_finds_no_difference(stage: Stage) -> None:
    done = command("reconcile", "--rail", "stars", **stage.settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 payments, 120 XTR" in done.stdout


def test_nobody_can_tell_our_webhook_that_stars_were_paid(stage: Stage) -> None:
    before = balances(stage)
    body = b'{"type":"paid","charge":"stx","payload":"x","currency":"XTR","amount":40,"at":1763784000}'
    assert stage.hook(body, rail="stars") == 401
    assert balances(stage) == before


def test_stars_are_turned_into_money_on_the_command_line(stage: Stage) -> None:
    held = balances(stage)["rail:stars:clearing", "XTR"]
    convert = ["ledger", "convert", "--rail", "stars", "--currency", "CNY", "--rate", "0.09", "--proof", "TX7"]
    done = stage.command(*convert, "--stars", str(held), "--amount", f"{held * 9 / 100:.2f}")
    assert done.returncode == 0, done.stderr
    assert "with stars now: 0 Stars" in done.stdout
    assert stage.verify().clean
