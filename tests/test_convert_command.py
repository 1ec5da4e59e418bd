"""`ledger convert` and `ledger reverse` as an operator types them, by real processes."""

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from giving.accounts import Account, organisation_received, project_credited, rail_clearing
from giving.ledger import Entry, Posting
from giving.money import Money
from giving.projects import Organisation, Project, ProjectState, ProjectText
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.processes import command

AT = datetime(2026, 11, 22, tzinfo=UTC)
RIGHT = {
    "--rail": "stars", "--stars": "1000", "--amount": "94.16", "--currency": "CNY", "--rate": "0.0942",
    "--proof": "TX7 of Fragment",
}  # fmt: skip


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated database with 2,500 Stars on the rail."""
    shutil.copy(sqlite_template, tmp_path / "yizan.db")
    url = f"sqlite:///{tmp_path}/yizan.db"

    async def fill() -> None:
        engines = open_engines(url)
        postings = Posting(rail_clearing("stars"), Money(2500, "XTR")), Posting(Account("opening"), Money(-2500, "XTR"))
        async with UnitOfWork(engines)() as work:
            await work.ledger.append([Entry("opening:stars", AT, postings)], now=AT)
        await engines.close()

    asyncio.run(fill())
    return url


def convert(database: str, *, code: int = 0, **change: str) -> str:
    options = RIGHT | {f"--{name}": value for name, value in change.items()}
    done = command(
        "ledger", "convert", *[word for pair in options.items() for word in pair], YIZAN_DATABASE__URL=database
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_it_is_booked_once_and_the_books_and_the_log_say_so(database: str):
    said = convert(database)
    assert said == "convert:stars:TX7: booked\nwith stars now: 1500 Stars, 94.16 CNY\n"
    assert "was booked before, nothing is changed" in convert(database)
    verified = command("ledger", "verify", YIZAN_DATABASE__URL=database)
    assert verified.returncode == 0, verified.stdout
    acts = json.loads(command("audit", "--json", YIZAN_DATABASE__URL=database).stdout)["acts"]
    assert [act["action"] for act in acts] == ["ledger.converted"]
    exported = command("ledger", "export", "--format", "hledger", YIZAN_DATABASE__URL=database).stdout
    assert "Equity:Exchange:Stars" in exported


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stars": "2501", "amount": "235.49"}, "2501 XTR are more than the 2500 that lie with stars"),
        ({"rate": "0.1942"}, "the rate does not fit the amounts: 0.094160 CNY for one XTR, not 0.1942"),
        ({"rate": "a tenth"}, "a tenth: is no rate"),
        ({"amount": "94.161"}, "94.161: is no amount in CNY"),
        ({"currency": "ABC"}, "ABC: no currency we know"),
        ({"currency": "XTR", "amount": "94"}, "between two currencies"),
        ({"proof": " "}, "the proof begins with its id"),
    ],
)
def test_what_can_not_be_booked_is_one_clear_line(database: str, change: dict[str, str], words: str):
    said = convert(database, code=2, **change)
    assert words in said
    assert all(line.startswith("yizan: ") for line in said.splitlines())


def test_a_conversion_with_a_wrong_figure_is_taken_back_and_booked_again(database: str):
    convert(database, amount="49.16", rate="0.0492")

    def reverse(*words: str, code: int = 0) -> str:
        done = command("ledger", "reverse", *words, YIZAN_DATABASE__URL=database)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    right = "convert:stars:TX7", "--reason", "94.16 arrived, not 49.16", "--proof", "ST9 statement"
    assert reverse(*right) == (
        "reverse:convert:stars:TX7: booked\n"
        "  rail:stars:clearing  1000 XTR\n  exchange:stars  -1000 XTR\n"
        "  exchange:stars  49.16 CNY\n  rail:stars:clearing  -49.16 CNY\n"
    )
    assert "was taken back on" in reverse(*right, code=2)
    assert "no entry has this key" in reverse("convert:stars:TX8", *right[1:], code=2)
    assert "the proof begins with its id" in reverse(*right[:3], "--proof", "?", code=2)
    assert "was taken back by hand; name another proof" in convert(database, code=2)
    assert "with stars now: 1500 Stars, 94.16 CNY" in convert(database, proof="TX7:2 of Fragment")
    verified = command("ledger", "verify", YIZAN_DATABASE__URL=database)
    assert verified.returncode == 0, verified.stdout
    acts = json.loads(command("audit", "--json", YIZAN_DATABASE__URL=database).stdout)["acts"]
    assert sorted(act["action"] for act in acts) == ["ledger.converted", "ledger.converted", "ledger.reversed"]


def test_what_is_owed_is_said_in_words_and_as_json(database: str):
    assert command("ledger", "owed", YIZAN_DATABASE__URL=database).stdout == "nothing was given yet\n"
    project, organisation = uuid4(), uuid4()

    async def fill() -> None:
        engines = open_engines(database)
        paid_out = Posting(organisation_received(organisation, "stripe"), Money(5000, "CNY"))
        back = Posting(project_credited(project), Money(-3000, "CNY"))
        async with UnitOfWork(engines)() as work:
            names = {"en": "Sunshine"}
            await work.projects.put_organisation(Organisation(organisation, "sunshine", names, None, AT))
            its = await work.projects.organisations_by_ids([organisation])
            texts = {"en": ProjectText("Library", "s", "s", "u")}
            await work.projects.put(
                Project(project, "library", its[organisation], ProjectState.OPEN, Money(10000, "CNY"), texts), AT
            )
            rest = Posting(Account("opening"), Money(-2000, "CNY"))
            await work.ledger.append([Entry("opening:owed", AT, (paid_out, back, rest))], now=AT)
        await engines.close()

    asyncio.run(fill())
    said = command("ledger", "owed", YIZAN_DATABASE__URL=database).stdout
    assert said == (
        "sunshine CNY: given 30.00, received 50.00, owed nothing; 20.00 went back to donors since and comes off its"
        " next payout\n"
    )
    (row,) = json.loads(command("ledger", "owed", "--json", YIZAN_DATABASE__URL=database).stdout)
    assert (row["given_minor"], row["received_minor"], row["due_minor"]) == (3000, 5000, -2000)
