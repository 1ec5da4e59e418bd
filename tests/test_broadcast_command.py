"""`main.py broadcast …` by real processes: how many it reaches is said before, and what may not be done is refused."""

import json
from collections.abc import Callable

import pytest

from giving.broadcasts import BroadcastState, Content, Segment
from giving.people import Visitor
from giving.subscriptions import Often, SubscriptionKind
from tests.processes import command
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
