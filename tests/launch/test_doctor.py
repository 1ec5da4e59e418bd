"""What doctor makes of what it finds: each judgement by itself."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from launch.doctor import books, machine, network, unreadable
from launch.doctor.checks import NAMES, Check, Examination, Status
from settings import Settings
from storage.engines import is_missing
from storage.health import Outbox, RecentBooks
from storage.verify import Finding

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOOK = "https://give.example.org/hooks/telegram"
PUBLIC = "https://give.example.org"
FINDING = Finding("an entry sums to zero per currency", "payment:x", 0, 1)


def settings(**values: Any) -> Settings:
    return Settings.model_validate(values)


@pytest.mark.parametrize(("free_mb", "status"), [(199, "fail"), (201, "warn"), (2047, "warn"), (2049, "ok")])
def test_room_on_the_disk(free_mb: int, status: str):
    check = machine.room(Path("/srv"), free_mb * machine.MB, 10**12)
    assert check.status == status
    assert bool(check.to_do) is (status != "ok")


def test_the_disk_of_a_database_that_is_not_there_yet_is_that_of_the_folder_above(tmp_path: Path):
    check = machine.disk(tmp_path / "not" / "yet" / "yizan.db")
    assert check.found.endswith(str(tmp_path))
    assert not (tmp_path / "not").exists()


def test_a_folder_that_may_not_be_looked_into_is_said_and_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    locked, seen = tmp_path / "locked", Path.stat
    locked.mkdir()

    def stat(path: Path, **options: Any) -> Any:
        if locked in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return seen(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != locked and may(path, mode))
    for file in (locked / "yizan.db", locked / "deep" / "yizan.db"):
        check = machine.disk(file)
        assert (check.status, str(locked) in check.found) == (Status.FAIL, True), check
        assert not is_missing(f"sqlite:///{file}")


@pytest.mark.parametrize(("behind", "status", "says"), [
    (None, "skipped", "no time"), (0.4, "ok", "agrees"), (-4.4, "ok", "agrees"),
    (5.1, "warn", "5 s behind"), (-59.0, "warn", "59 s ahead"), (61.0, "fail", "61 s behind"),
    (-86400.0, "fail", "86,400 s ahead of"),
])  # fmt: skip
def test_the_clock(behind: float | None, status: str, says: str):
    check = network.clock(behind)
    assert (check.status, says in check.found) == (status, True)


ME = {"id": 1, "username": "yizan_bot"}


@pytest.mark.parametrize(("answer", "status", "says"), [
    (network.Answer(200, ME, 0), "ok", "@yizan_bot (1)"), (network.Answer(401, None, 0), "fail", "refuses"),
    (network.Answer(404, None, 0), "fail", "refuses"), (network.Answer(502, None, 0), "fail", "answers 502"),
    (network.Answer(200, None, 0), "fail", "says nothing"),
])  # fmt: skip
def test_the_token(answer: network.Answer, status: str, says: str):
    check = network.who(answer, "https://api.telegram.org")
    assert (check.status, says in check.found) == (status, True)


@pytest.mark.parametrize(("info", "ours", "status", "says"), [
    ({"url": ""}, "", "ok", "polls"),
    ({}, HOOK, "note", "none yet"),
    ({"url": HOOK}, HOOK, "ok", "at give.example.org"),
    ({"url": HOOK}, "", "warn", "give.example.org"),
    ({"url": f"{PUBLIC}/other-bot/s3cret"}, HOOK, "warn", "give.example.org"),
    ({"url": f"{PUBLIC}.evil.example/x"}, HOOK, "warn", "give.example.org.evil.example"),
    ({"url": "https://other.example/s3cret?t=1"}, "", "warn", "other.example"),
    ({"url": "https://other.example/s3cret?t=1"}, HOOK, "warn", "other.example"),
    ({"url": HOOK, "last_error_message": "Connection\nrefused", "last_error_date": 1790000000}, HOOK, "warn",
     "Connection refused"),
    ({"url": HOOK, "pending_update_count": 5000}, HOOK, "warn", "5,000 updates wait"),
    ({"url": HOOK, "last_error_message": "old", "pending_update_count": 5000}, HOOK, "warn", "old; 5,000 updates wait"),
    ({"url": "", "pending_update_count": 101}, "", "warn", "101 updates wait"),
])  # fmt: skip
def test_the_webhook_against_the_settings(info: dict[str, Any], ours: str, status: str, says: str):
    check = network.webhook(info, ours)
    assert (check.status, says in check.found) == (status, True), check
    assert bool(check.to_do) is (status != "ok")
    assert "s3cret" not in check.found + check.to_do


@pytest.mark.parametrize(("public_url", "updates", "url", "status"), [
    (PUBLIC, "auto", HOOK, "ok"),
    (PUBLIC, "auto", "", "note"),
    (PUBLIC, "polling", "", "ok"),
    (PUBLIC, "polling", HOOK, "warn"),
    ("http://give.example.org", "auto", "", "ok"),
    ("", "auto", "", "ok"),
])  # fmt: skip
def test_the_webhook_is_looked_at_as_run_will_do_it(public_url: str, updates: str, url: str, status: str):
    how = settings(web={"public_url": public_url}, telegram={"updates": updates})
    answer = network.Answer(200, {"url": url}, 0.0)
    assert network._webhook(answer, how, known=True).status == status


SANDBOX = {"enabled": ["sandbox"], "sandbox": {"key": "k", "webhook_secret": "s"}}
STRIPE: dict[str, Any] = {
    "api_key": "sk_live_0", "signing_secret": "whsec_00000001", "connect_signing_secret": "whsec_00000002",
    "livemode": True,
}  # fmt: skip
STRIPE_TEST = STRIPE | {"api_key": "sk_test_0", "livemode": False}


@pytest.mark.parametrize(("rails", "silent", "status", "says"), [
    ({}, None, "note", "own page"),
    (SANDBOX, [], "warn", "test money"),
    (SANDBOX, None, "warn", "not asked"),
    (SANDBOX, ["sandbox"], "fail", "sandbox: no answer"),
    ({"enabled": ["sandbox"]}, None, "fail", "rails.sandbox.key"),
    ({"enabled": ["stripes"]}, None, "fail", "no rail is called stripes"),
    ({"enabled": ["stripe"], "stripe": STRIPE}, [], "ok", "stripe"),
    ({"enabled": ["stripe"], "stripe": STRIPE_TEST}, [], "warn", "test money"),
    ({"enabled": ["stripe"], "stripe": STRIPE | {"livemode": False}}, [], "fail", "a key of live mode"),
])  # fmt: skip
def test_the_rails(rails: dict[str, Any], silent: list[str] | None, status: str, says: str):
    check = machine.rails(settings(rails=rails), silent)
    assert (check.status, says in check.found) == (status, True), check


def test_settings_that_lack_what_people_need_are_a_warning():
    assert "YIZAN_OWNERS" in machine.settings_read(settings()).to_do
    full = machine.settings_read(settings(owners=[1], legal={"contact": "a@b.example"}))
    assert (full.status, full.to_do) == (Status.OK, "")


def test_a_chinese_font_is_found_or_missed_without_failing(tmp_path: Path):
    nothing = machine.fonts([str(tmp_path), str(tmp_path / "none")])
    assert (nothing.status, nothing.to_do) == (Status.NOTE, "apt install fonts-noto-cjk")
    (tmp_path / "noto").mkdir()
    (tmp_path / "noto" / "NotoSansCJK-Regular.ttc").touch()
    found = machine.fonts([str(tmp_path)])
    assert (found.status, found.found) == (Status.OK, f"Chinese: {tmp_path}/noto/NotoSansCJK-Regular.ttc")


@pytest.mark.parametrize(("waiting", "minutes", "failed", "status", "says"), [
    (0, None, 0, "ok", "nothing waits"), (3, 1, 0, "ok", "3 wait, the oldest for 60 s"),
    (3, 5, 0, "warn", "5 min"), (3, 31, 0, "fail", "31 min"), (0, None, 2, "warn", "2 given up"),
    (1, -5, 0, "ok", "0 s"),
])  # fmt: skip
def test_the_outbox(waiting: int, minutes: int | None, failed: int, status: str, says: str):
    oldest = None if minutes is None else NOW - timedelta(minutes=minutes)
    check = books.outbox(Outbox(waiting, oldest, failed), NOW)
    assert (check.status, says in check.found) == (status, True), check


def test_what_nobody_knows_of_is_said():
    check = books.outbox(Outbox(0, None, 0, unknown=3), NOW)
    assert (check.status, "3 may have arrived or not" in check.found) == (Status.WARN, True), check


@pytest.mark.parametrize(("found", "status", "says"), [
    (RecentBooks(12, False, ()), "ok", "12 entries of the last day agree"),
    (RecentBooks(12, True, ()), "ok", "the newest of more"),
    (RecentBooks(12, False, (FINDING,)), "fail", "payment:x: expected 0, found 1"),
])  # fmt: skip
def test_the_books(found: RecentBooks, status: str, says: str):
    check = books.books(found)
    assert (check.status, says in check.found) == (status, True), check


@pytest.mark.parametrize(("at", "says"), [(None, "empty"), ("0001", "needs"), ("9999", "newer Yizan")])
def test_a_database_of_another_version(at: str | None, says: str):
    check = books.migration(at)
    assert (check.status, says in check.found) == (Status.FAIL, True)


def test_settings_that_can_not_be_read_leave_the_rest_unseen():
    found = unreadable("a: is wrong\nb: is wrong")
    assert [check.name for check in found.checks] == list(NAMES)
    assert not found.ok
    assert found.checks[0].to_do == "a: is wrong\nb: is wrong"


def test_lines_and_json_number_the_checks():
    found = Examination([Check("settings", Status.OK, "fine"), Check("database", Status.FAIL, "gone", "do this\nthat")])
    lines = found.as_lines()
    assert lines[0] == " 1  ok       settings  fine"
    assert lines[1].startswith(" 2  FAIL     database  gone")
    assert [line.strip() for line in lines[2:]] == ["→ do this", "→ that", "1 failed, 0 to look at"]
    assert found.as_json()["checks"][0] == {
        "number": 1, "name": "settings", "status": "ok", "found": "fine", "to_do": None,
    }  # fmt: skip
    assert not found.as_json()["ok"]
    assert Examination([Check("settings", Status.OK, "fine")]).as_lines()[-1] == "all well"


@pytest.mark.parametrize(("path", "says"), [
    ("file/yizan.db", "file: is no folder"), ("file/deeper/yizan.db", "file: is no folder"), ("folder", "is a folder"),
])  # fmt: skip
async def test_a_database_that_can_not_be_there_is_not_to_be_upgraded(tmp_path: Path, path: str, says: str):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    database, *_ = await books.database(f"sqlite:///{tmp_path / path}", within_s=5)
    assert (database.name, database.status) == ("database", Status.FAIL)
    assert says in database.found
    assert "database.url" in database.to_do
    assert "upgrade" not in database.to_do


async def test_a_database_that_is_not_there_yet_is_to_be_made(tmp_path: Path):
    database, *_ = await books.database(f"sqlite:///{tmp_path / 'new' / 'yizan.db'}", within_s=5)
    assert (database.found, database.to_do) == ("there is none yet", books.UPGRADE)
