"""What people change without an answer in the books leaves an event in the log, with our ids only."""

from collections.abc import Mapping, Sequence

from structlog.testing import capture_logs

from bot import callbacks as cb
from tests.handlers.chat import Chat
from tests.handlers.test_groups import ANONYMOUS, place, say
from tests.world import CHANNEL, World


async def test_what_creators_do_is_logged(chat: Chat, world: World) -> None:
    slot = (await world.slots.open(world.creator, world.library.id, "林晓雯")).slot
    channel = world.chat.chat
    world.rights.administrators.add((CHANNEL, 1002))
    async with world.unit() as work:
        await work.handovers.put_manager(channel.id, world.alice.id, world.time())
    await world.handovers.ask(channel.id, world.creator, world.alice.id)
    with capture_logs() as logs:
        await chat.taps(1001, cb.SlotDo(deed=cb.SlotDeed.NAME).pack())
        await chat.says(1001, "晓雯")
        await chat.taps(1001, cb.SlotDo(deed=cb.SlotDeed.CLOSE).pack())
        await chat.taps(1002, cb.ThanksStop().pack())
        await chat.taps(1002, cb.ChatDo(chat=channel.id, deed=cb.ChatDeed.DECLINE).pack())
    assert (
        said(logs, "slot_renamed", "slot_closed")
        == [{"slot_id": str(slot.id), "creator_id": str(world.creator.id)}] * 2
    )
    assert said(logs, "thanks_stopped") == [{"person_id": str(world.alice.id)}]
    assert said(logs, "handover_declined") == [{"chat_id": str(channel.id), "by": str(world.alice.id)}]


async def test_charity_by_an_anonymous_administrator_is_logged(chat: Chat, world: World) -> None:
    group = (await world.group()).chat
    with capture_logs() as logs:
        await say(chat, "/charity", **{"from": ANONYMOUS, "sender_chat": place()})
    assert said(logs, "charity_asked") == [{"chat_id": str(group.id), "anonymous": True}]


def said(logs: Sequence[Mapping[str, object]], *events: str) -> list[dict[str, object]]:
    """The fields of these events."""
    about = ("slot_id", "creator_id", "person_id", "chat_id", "by", "anonymous")
    return [{key: log[key] for key in about if key in log} for log in logs if log["event"] in events]
