"""/org: organisations' own accounts at rails, for who reviews projects."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message

from bot.cards import Rendered, paragraphs
from bot.keyboards import keyboard, opens
from handlers.here import Here
from services.rails.connections import Connection, ConnectionService


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="organisations")
    private = F.chat.type == "private"
    fresh.message.register(organisation, Command("org"), private)
    fresh.message.register(accounts, CommandStart(deep_link=True, magic=F.args == "org"), private)
    return fresh


async def organisation(
    message: Message, command: CommandObject, here: Here, connections: ConnectionService
) -> None:  # fmt: skip
    """`/org connect <organisation> <country> [<rail>]`, or how all of them stand."""
    words = (command.args or "").split()
    if len(words) not in (3, 4) or words[0] != "connect":
        await accounts(message, here, connections)
        return
    rail = words[3] if len(words) == 4 else None
    found = await connections.connect(here.person, words[1], words[2].upper(), rail)
    rows = [[opens(here.plain("button-org-go-on"), found.url)]] if found.url else []
    await here.say.send(message.chat.id, Rendered(_line(here, found), keyboard(rows)))


async def accounts(message: Message, here: Here, connections: ConnectionService) -> None:
    """Every account, and how to open one."""
    found = await connections.all(here.person)
    rails = ", ".join(connections.rails)
    how = here.chat("org-how", rails=rails) if rails else here.chat("org-no-rail")
    text = paragraphs(here.chat("org-title"), *(_line(here, one) for one in found), how)
    await here.say.send(message.chat.id, Rendered(text))


def _line(here: Here, found: Connection) -> str:
    name, rail = found.organisation.name(here.language), here.texts.named(here.language, "rail", found.account.rail)
    if found.account.ready:
        return here.chat("org-ready", organisation=name, rail=rail)
    asks = ", ".join(found.account.asks[:6])
    return here.chat("org-not-ready", organisation=name, rail=rail, asks=asks or "–")
