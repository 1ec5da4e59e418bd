"""`main.py pool …` as an operator types it, by real processes."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.processes import command

RIGHT = (
    "create", "--sponsor", "晨星公司", "--title", "晨星配捐", "--title-en", "Morning Star", "--amount", "100.00",
    "--ratio", "1:1", "--gift-cap", "5", "--from", "2126-11-11T09:00", "--to", "2126-11-12T00:00",
)  # fmt: skip


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "yizan.db")
    return f"sqlite:///{tmp_path}/yizan.db"


def pool(database: str, *words: str, code: int = 0) -> str:
    done = command("pool", *words, YIZAN_DATABASE__URL=database)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def shown(database: str, id_: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(pool(database, "show", id_, "--json"))
    return told


def test_a_fund_is_made_signed_paid_shown_and_withdrawn(database: str):
    id_ = pool(database, *RIGHT).split(":")[0]
    assert shown(database, id_)["state"] == "draft"
    assert "100.00 CNY is owed" in pool(database, "sign", id_, "--by", "王经理")
    assert "paid in: 60.00 CNY" in pool(database, "paid", id_, "--amount", "60", "--proof", "bank-1 of Monday")
    assert "booked before" in pool(database, "paid", id_, "--amount", "60", "--proof", "bank-1")
    (window,) = shown(database, id_)["windows"]
    assert (window["starts_at"], window["part"]) == ("2126-11-11T01:00:00+00:00", 10_000), "by the operator's clock"
    said = pool(database, "show", id_)
    assert "rule: For every ¥1 given, ¥1 is added" in said
    assert "晨星公司; owes 40.00 CNY" in said
    assert "0 held" in pool(database, "held")
    assert "released 0" in pool(database, "release", "--all")
    assert "100.00 CNY is the sponsor's" in pool(database, "withdraw", id_)
    assert "paid in: 0.00 CNY" in pool(database, "paid", id_, "--amount", "60", "--proof", "bank-2", "--back")
    (listed,) = json.loads(pool(database, "list", "--json"))["pools"]
    assert (listed["state"], listed["left"], listed["returned"]) == ("withdrawn", 0, 10_000)
    verified = command("ledger", "verify", YIZAN_DATABASE__URL=database)
    assert verified.returncode == 0, verified.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fixed", "1"), "one rule"),
        (("--amount", "ten"), "is no amount"),
        (("--from", "tomorrow"), "is no time"),
        (("--to", "2126-11-11T08:00"), "a window ends before it starts"),
        (("--project", "nowhere"), "no such project"),
        (("--gift-cap", "0"), "a cap has to be above zero"),
        (("--window", "2126-11-11T09:00/2126-11-11T10:00=5"), "when: --from"),
    ],
)
def test_what_cannot_be_kept_to_is_refused_in_one_line(database: str, words: tuple[str, ...], said: str):
    refused = pool(database, *RIGHT, *words, code=2)
    assert said in refused
    assert "there is no fund" in pool(database, "list")


def test_what_is_not_there_is_said_so(database: str):
    nowhere = "018f0000-0000-7000-8000-000000000000"
    assert "no such matching fund" in pool(database, "sign", nowhere, "--by", "x", code=2)
    assert "decided about this one already" in pool(database, "release", nowhere, code=2)
    assert "name what is to be released" in pool(database, "release", code=2)
