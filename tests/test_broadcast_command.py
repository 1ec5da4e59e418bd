"""`main.py broadcast …` by real processes: how many it reaches is said before, and what may not be done is refused."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest

from giving.alerts import AlertKind
from giving.broadcasts import BroadcastState, Content, DeliveryState, Outcome, Segment
from giving.people import Role, Visitor
from giving.subscriptions import Often, SubscriptionKind
from launch import broadcast_commands, progress
from launch.broadcast_commands import SAID, STALE, followed
from tests.processes import ROOT, command, environment
from tests.world import World

NEWS = SubscriptionKind.PROJECT_NEWS
Run = Callable[..., str]


@pytest.fixture
def run(database_url: str) -> Run:
    def go(*arguments: str, code: int = 0) -> str:
        done = command("broadcast", *arguments, YIZAN_DATABASE__URL=database_url)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return go


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_draft_is_let_go_and_stopped(world: World, run: Run) -> None:
    assert "there are no broadcasts yet" in run("list")
    draft = await world.broadcasts.draft(NEWS, Segment(), Content({"en": "Hello\nall"}), None)
    assert "nobody in its segment" in run("send", str(draft.id), "--yes", code=2)
    for number in (5000, 5001):
        reader = await world.people.meet(Visitor(number, "R", None, "en"), started=True)
        await world.subscriptions.choose(reader, NEWS, Often.ALL)

    assert "the paid rate is switched off" in run("send", str(draft.id), "--yes", "--paid", code=2)
    assert "to 2 people, in 0 s at least" in run("send", str(draft.id), "--no-follow", code=1), "nobody said yes"
    assert "to 2 people" in run("send", str(draft.id), "--yes", "--no-follow")
    assert (await world.broadcasts.one(draft.id, None)).state is BroadcastState.RUNNING
    assert "running" in (listed := run("list"))
    assert "Hello all" in listed
    assert run("pause", str(draft.id)).endswith("is paused\n")
    assert "not in a state" in run("pause", str(draft.id), code=2)
    assert run("resume", str(draft.id)).endswith("is running\n")
    assert run("cancel", str(draft.id)).endswith("is cancelled\n")
    told = json.loads(run("show", str(draft.id), "--json"))
    assert (told["state"], told["audience"], told["sent"]) == ("cancelled", 2, 0)
    assert "no such broadcast" in run("show", "01a206d4-415a-7693-8769-0926770f6284", code=2)


async def readers(world: World, number: int) -> None:
    for i in range(number):
        reader = await world.people.meet(Visitor(5000 + i, "R", None, "en"), started=True)
        await world.subscriptions.choose(reader, NEWS, Often.ALL)


async def meanwhile(url: str, broadcast: str, change: Callable[[], Awaitable[object]]) -> str:
    """What `send` says where that is done while it asks whether to."""
    asks = await asyncio.create_subprocess_exec(
        sys.executable, "main.py", "broadcast", "send", broadcast, "--no-follow",
        cwd=ROOT, env=environment(YIZAN_DATABASE__URL=url), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert asks.stdin is not None
    assert asks.stdout is not None
    try:
        said = await asyncio.wait_for(asks.stdout.readuntil(b"Send it?"), 60)
        await change()
        rest, _ = await asyncio.wait_for(asks.communicate(b"y\n"), 60)
    finally:
        if asks.returncode is None:
            asks.kill()
    assert asks.returncode == 2, rest
    assert b"error-" not in rest, rest
    assert b"Traceback" not in rest, rest
    return (said + rest).decode()


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_changed_while_it_was_asked_about_is_shown_and_does_not_go(world: World, database_url: str) -> None:
    await readers(world, 2)
    draft = await world.broadcasts.draft(NEWS, Segment(), Content({"en": "Hello all"}), None)
    other = Content({"en": "Good bye"})
    said = await meanwhile(database_url, str(draft.id), lambda: world.broadcasts.edit(draft.id, 1, other, None))
    before, after = said.split("Send it?")
    assert "Hello all" in before
    assert "Good bye" in after
    assert "somebody changed it" in after

    said = await meanwhile(database_url, str(draft.id), lambda: readers(world, 20))
    before, after = said.split("Send it?")
    assert "to 2 people" in before
    assert "to 20 people" in after
    assert "far more people would get it" in after
    assert (await world.broadcasts.one(draft.id, None)).state is BroadcastState.DRAFT
    assert set(STALE) <= SAID.keys()


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_it_is_followed_until_everybody_was_told(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    monkeypatch.setattr(broadcast_commands, "LOOK_EVERY_S", 0.01)
    await readers(world, 4)
    draft = await world.broadcasts.draft(NEWS, Segment(), Content({"en": "Hello all"}), None)
    await world.broadcasts.start(draft.id, draft.version, None)
    following = asyncio.create_task(followed(world.broadcasts, draft.id))
    told = ""
    for done in range(1, 5):
        (running,) = await world.sending.running()
        batch = await world.sending.begin(running, 1)
        await world.sending.record([Outcome(d, DeliveryState.SENT, message_id=1) for d in batch.deliveries])
        while done < 4 and f"{done} of 4 messages" not in told:
            await asyncio.sleep(0.01)
            told += capsys.readouterr().err
    assert not following.done()
    await world.sending.begin(running, 1)
    assert await world.sending.finish(running)
    await asyncio.wait_for(following, 5)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_it_is_not_followed_through_the_night(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await readers(world, 4)
    draft = await world.broadcasts.draft(NEWS, Segment(), Content({"en": "Hello all"}), None)
    world.time.passes(hours=11)  # 23:00 in Shanghai
    await world.broadcasts.start(draft.id, draft.version, None)
    (running,) = await world.sending.running()
    for _ in range(2):
        await world.sending.begin(running, 100)
    await asyncio.wait_for(followed(world.broadcasts, draft.id), 5)
    assert "the other 4 are told in their morning" in capsys.readouterr().err


def typed(database_url: str, words: str, *arguments: str) -> tuple[int, str]:
    """With these words at the prompt, where one person may write to one other alone."""
    done = subprocess.run(
        [sys.executable, "main.py", "broadcast", *arguments], cwd=ROOT, input=words, capture_output=True, text=True,
        env=environment(YIZAN_DATABASE__URL=database_url, YIZAN_BROADCASTS__CONFIRM_OVER="1"), timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_many_people_on_ones_own_word_only_by_typing_how_many_and_everybody_is_told(
    world: World, database_url: str
) -> None:
    owner = await world.people.meet(Visitor(1003, "O", None, "en"), started=True)
    await world.people.grant(owner, 1001, Role.ADMIN)
    draft = await world.broadcasts.draft(NEWS, Segment(), Content({"en": "Hello"}), None)
    for number in (5000, 5001):
        reader = await world.people.meet(Visitor(number, "R", None, "en"), started=True)
        await world.subscriptions.choose(reader, NEWS, Often.ALL)

    for words in ("", "y\n", "3\n"):  # --yes is no word on this
        code, said = typed(database_url, words, "send", str(draft.id), "--yes", "--no-follow")
        assert code != 0
        assert "/broadcast" in said
        assert "have another admin" in said
    assert (await world.broadcasts.one(draft.id, None)).state is BroadcastState.DRAFT
    assert await world.outbox.claim() == []

    assert typed(database_url, "2\n", "send", str(draft.id), "--no-follow")[0] == 0
    assert (await world.broadcasts.one(draft.id, None)).state is BroadcastState.RUNNING
    async with world.unit.read() as work:
        records = [act.record for act in await work.audit.list(limit=5)]
    [alone] = [record for record in records if record.action == "broadcast.sent_alone"]
    assert (alone.actor, alone.way) == (None, "cli")
    assert alone.after is not None
    assert (alone.after["audience"], alone.after["limit"], bool(alone.after["account"])) == (2, 1, True)
    world.time.passes(days=30)  # the process has the real clock
    notices = await world.outbox.claim()
    alerts = [await world.outbox.alert(notice) for notice in notices]
    assert [alert and alert.kind for alert in alerts] == [AlertKind.BROADCAST_ALONE]
