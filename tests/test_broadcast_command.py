"""`main.py broadcast …` by real processes: how many it reaches is said before, and what may not be done is refused."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from giving.alerts import AlertKind
from giving.broadcasts import BroadcastState, Content, Segment
from giving.people import Role, Visitor
from giving.subscriptions import Often, SubscriptionKind
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
