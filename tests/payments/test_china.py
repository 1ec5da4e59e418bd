"""What both Chinese rails share: amounts, numbers, clocks, titles; and that their libraries wait to be used."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.china import bill_days, fee_fen, fen, moment, ours, pay_until, plain, yuan
from payments.provider import RailDown
from storage.ids import lowest_id, new_id
from tests.payments.china import CHINA

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOURS = timedelta(hours=2)


@given(st.integers(1, 10**13))
def test_an_amount_survives_the_way_to_paper_and_back(minor: int):
    assert fen(yuan(minor)) == minor


@pytest.mark.parametrize(
    "text", ["", "0", "0.00", "-1", "1.", ".5", "1.001", "1,000", "1e2", " 1", "１", None, 1, "9" * 40]
)
def test_what_is_no_amount_is_refused(text: object):
    with pytest.raises(ValueError):
        fen(text)


@pytest.mark.parametrize(("text", "minor"), [
    ("0.00600", 1), ("0.00499", 0), ("0.005", 1), ("-0.03", -3), ("-0.00500", -1), ("0", 0), ("1.20000", 120),
])  # fmt: skip
def test_a_fee_is_rounded_as_it_is_taken(text: str, minor: int):
    assert fee_fen(text) == minor


@pytest.mark.parametrize("text", ["", "x", "1.1234567", "--1", "1e3"])
def test_what_is_no_fee_is_refused(text: str):
    with pytest.raises(ValueError):
        fee_fen(text)


def test_only_our_own_numbers_are_ours():
    id_ = new_id()
    assert ours(id_.hex) == id_
    for other in (str(id_), id_.hex.upper(), id_.hex[1:], f"{id_.hex}\n", "shop-7", "", None, 7):
        assert ours(other) is None


def test_a_time_on_paper_is_chinas():
    assert moment("2026-11-22 12:00:00") == NOW
    for odd in ("2026-11-22", "2026-11-22T12:00:00", "", None):
        with pytest.raises(ValueError):
            moment(odd)


@given(st.text(), st.integers(18, 128))
def test_a_title_fits_and_has_nothing_that_breaks_a_line_or_a_signature(text: str, most: int):
    title = plain(text, most)
    assert 0 < len(title.encode()) <= most
    assert title.isprintable()
    assert title.encode("gb18030")
    assert not set(title) & set(",\"'`{}&=/\\<>")


def test_a_title_keeps_its_words():
    assert plain("给山里的孩子一座“乡村图书馆”, 三期 📚", 127) == "给山里的孩子一座“乡村图书馆” 三期"
    assert plain("📚", 127) == "公益赞赏"
    assert plain("图书馆", 7) == "图书"


def test_an_order_closes_at_the_same_moment_whenever_it_is_asked_for():
    id_ = lowest_id(NOW)
    for later in (timedelta(), timedelta(minutes=114, seconds=59)):
        assert pay_until(id_, HOURS, NOW + later) == NOW + HOURS
    assert pay_until(id_, HOURS, NOW + timedelta(minutes=116)) == NOW + timedelta(minutes=116) + HOURS
    assert pay_until(uuid4(), HOURS, NOW) == NOW + HOURS


def test_the_days_of_a_time_are_chinas_and_wait_for_their_bills():
    since = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)  # midnight there
    until = since + timedelta(days=2)
    assert [*bill_days(since, until, NOW)] == [date(2026, 11, 20), date(2026, 11, 21)]
    assert [*bill_days(since, until, NOW.astimezone(CHINA))] == [date(2026, 11, 20), date(2026, 11, 21)]
    assert [*bill_days(since - timedelta(seconds=1), since, NOW)] == [date(2026, 11, 19)]
    assert [*bill_days(since, since, NOW)] == []
    early = datetime(2026, 11, 22, 1, 59, 59, tzinfo=UTC)
    days = bill_days(since, until, early)
    assert next(days) == date(2026, 11, 20)
    with pytest.raises(RailDown):
        next(days)


def test_alipays_library_leaves_our_logs_as_they_were():
    code = (
        "import logging, sys, logs; logs.configure('json', stream=sys.stdout);"
        "import payments.alipay_rail; logging.getLogger('python-alipay-sdk').warning('once')"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.count("once") == 1
    assert said.stderr == ""


def test_no_library_is_loaded_for_a_rail_that_is_not_switched_on():
    libraries = {"wechatpayv3", "alipay", "OpenSSL", "httpx"}
    code = f"import sys, launch.service.building; print(sorted({libraries} & sys.modules.keys()))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
