"""Locked, full, away, rail down: the person is told to try again, nothing is half-done, and it recovers by itself."""

import asyncio
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

import asyncpg
import pytest
from sqlalchemy import make_url

from tests.databases import with_database
from tests.processes import (
    CHANNEL,
    FOLLOWER,
    Message,
    Stage,
    database_on,
    fetch,
    is_card,
    pay,
    publish,
    switch_on,
    until,
    words,
)
from tests.processes.cable import Cable

LIBRARIES, LIBRARIES_TITLE = "village-libraries", "乡村图书馆计划"
BUSY_S: Final = 5  # how long a statement waits for SQLite's lock
BOT_ID: Final = 100000001
UNLIMITED: Final = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class Scene:
    """A bot with tipping on, a post, and a cable to its rail."""

    def __init__(self, folder: Path, database: str, cable: Cable) -> None:
        self.stage, self.cable = Stage(folder, database, YIZAN_RAILS__SANDBOX__API_BASE=cable.url), cable
        self.path = Path(database.removeprefix("sqlite:///"))

    def open(self) -> "Scene":
        self.stage.start_sandbox()
        self.cable.plug(int(self.stage.url.rpartition(":")[2]))
        self.stage.begin_bot()
        creator = self.stage.creator
        switch_on(creator, creator.wait(words("bot-ready")), LIBRARIES_TITLE)
        self.follower = self.stage.persona(FOLLOWER)
        self.follower.ask("/start")
        return self

    def group(self) -> tuple[int, int]:
        """A new group that is on, and a message of its creator in it."""
        creator = self.stage.creator
        after = creator.last_id()
        body = {"type": "supergroup", "title": "读书会", "members": [FOLLOWER, BOT_ID]}
        group = creator.call("POST", "/chats", body)["chat"]["id"]
        switch_on(creator, creator.wait(words("group-can"), after=after), LIBRARIES_TITLE, said="group-on")
        return group, creator.say("读完了第三章", group).id

    def tips(self) -> int:
        return int(self.stage.rows("SELECT count(*) FROM tips")[0][0])

    def told(self, post: Message, key: str) -> None:
        """A tap's answer says so, in time."""
        began = time.monotonic()
        answer = self.follower.tap(post, "¥1", CHANNEL)
        assert answer["text"].startswith(words(key)), answer
        assert time.monotonic() - began < BUSY_S * 2.5

    def recovered(self, before: int, last: int, minor: int = 100) -> None:
        """The very tap that was refused becomes a tip, without being repeated; then everything works."""
        card = self.follower.wait(is_card, after=last, seconds=40)
        assert self.tips() == before + 1
        pay(card)
        self.stage.given[LIBRARIES] += minor
        self.follower.wait(words("receipt-thanks"), after=card.id)
        self.stage.settled()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder, cable = tmp_path_factory.mktemp("trouble"), Cable()
    with database_on(postgres, "trouble") as server:
        url = server if request.param == "postgresql" else f"sqlite:///{folder}/yizan.db"
        made = Scene(folder / "stage", url, cable)
        try:
            yield made.open()
            made.stage.show_logs()
        finally:
            made.stage.close()
            cable.close()


@contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Another program writes, and does not come to an end."""
    connection = sqlite3.connect(scene.path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def full(scene: Scene) -> Iterator[None]:
    """No file may grow any more. What is written to the log is far shorter than the database's own log."""
    longest = scene.path.with_name(scene.path.name + "-wal").stat().st_size
    resource.prlimit(scene.stage.bot.process.pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(scene.stage.bot.process.pid, resource.RLIMIT_FSIZE, UNLIMITED)


@contextmanager
def away(scene: Scene) -> Iterator[None]:
    """PostgreSQL throws everyone out and lets nobody in."""
    name = make_url(scene.stage.database).database
    run(scene, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    run(scene, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    try:
        yield
    finally:
        run(scene, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def run(scene: Scene, statement: str) -> None:
    async def go() -> None:
        connection = await asyncpg.connect(with_database(scene.stage.database, "postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(go())


@pytest.mark.parametrize("trouble", [locked, full, away])
def test_while_the_database_can_not_write_the_person_is_told_and_later_it_is_done(scene, trouble):
    if (trouble is away) != scene.stage.database.startswith("postgresql"):
        return  # the other database's trouble
    post, before = publish(scene.stage.creator, f"{trouble.__name__} 的一天"), scene.tips()
    last = scene.follower.last_id()
    with trouble(scene):
        scene.told(post, "error-not-saved")
        scene.told(post, "error-not-saved")
        assert trouble is away or scene.tips() == before
    scene.recovered(before, last)
    assert "Traceback" not in "".join(m.text for m in scene.follower.messages())


@pytest.mark.parametrize("trouble", [locked, full, away])
def test_tip_in_a_group_is_answered_then_too_and_later_it_is_done(scene, trouble):
    if (trouble is away) != scene.stage.database.startswith("postgresql"):
        return
    (group, said), before = scene.group(), scene.tips()
    last, follower = scene.follower.last_id(), scene.follower
    with trouble(scene):
        command = follower.say("/tip 5", group, to=said)
        line = follower.wait(words("error-not-saved"), group, seconds=BUSY_S * 2.5)
        assert line.reply_to == command.id
    scene.recovered(before, last, 500)
    follower.wait(lambda m: m.reply_to == said and m.has("¥1"), group)
    lines = [m for m in follower.messages(group) if words("error-not-saved") in m.text]
    assert len(lines) <= 1, "said once, however often it was tried"


def test_while_the_rail_is_down_the_person_is_told_and_the_tip_waits_for_its_link(scene):
    post, before = publish(scene.stage.creator, "支付断线的一天"), scene.tips()
    last = scene.follower.last_id()
    scene.cable.pull()
    scene.follower.tap(post, "¥1", CHANNEL)
    scene.follower.wait(words("error-rail-unavailable"), after=last)
    assert scene.tips() == before + 1, "recorded, and nothing was charged"
    scene.cable.plug(int(scene.stage.url.rpartition(":")[2]))

    scene.follower.tap(post, "¥1", CHANNEL)
    scene.recovered(before, last)


def test_no_person_saw_more_than_words_and_the_log_names_the_updates(scene):
    lines = [line for line in scene.stage.bot.output.splitlines() if '"update_put_off"' in line]
    assert all('"update_id":' in line for line in lines)
    until(lambda: '"update_put_off"' in scene.stage.bot.output, "put off, not lost", seconds=1)


def test_a_sigterm_ends_it_in_ten_seconds_whatever_hangs(scene):
    """Telegram and the rail answer nothing, somebody holds the database, a tap is in hand."""
    post, before = publish(scene.stage.creator, "什么都卡住的一天"), scene.tips()
    sqlite = scene.stage.database.startswith("sqlite")
    last = scene.follower.last_id()
    with locked(scene) if sqlite else nullcontext():
        tap = {"chat": CHANNEL, "message": post.id, "button": post.button("¥1")}  # whether it is answered or not
        path = f"{scene.stage.url}/api/users/{FOLLOWER}/taps"
        tapping = threading.Thread(target=lambda: fetch("POST", path, tap), daemon=True)
        tapping.start()
        time.sleep(0.3)
        scene.stage.sandbox.signal(signal.SIGSTOP)
        began = time.monotonic()
        scene.stage.bot.signal(signal.SIGTERM)
        try:
            scene.stage.bot.ends(seconds=10)
        finally:
            scene.stage.sandbox.signal(signal.SIGCONT)
        assert time.monotonic() - began < 10
    scene.stage.start_bot()
    scene.stage.ready()
    scene.recovered(before, last)
    tapping.join(30)
