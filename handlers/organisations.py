"""/org: organisations' own accounts at rails, who works for them, and (for these) their monthly donors."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message

from bot.cards import Rendered, paragraphs
from bot.keyboards import keyboard, opens
from giving.permissions import Permission
from handlers import circles
from handlers.admin import name_of, target
from handlers.here import Here, HereMiddleware
from services.members import MemberService
from services.rails.connections import Connection, ConnectionService
from texts import Html


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="organisations")
    fresh.message.middleware(HereMiddleware(circles.Here))
    private = F.chat.type == "private"
    fresh.message.register(organisation, Command("org"), private)
    fresh.message.register(accounts, CommandStart(deep_link=True, magic=F.args == "org"), private)
    return fresh


async def organisation(
    message: Message, command: CommandObject, here: circles.Here, connections: ConnectionService, members: MemberService
) -> None:  # fmt: skip
    """`/org connect <organisation> <country> [<rail>]`, `monthly`, `members …`, or how all of them stand."""
    words = (command.args or "").split()
    if words[:1] == ["monthly"]:
        await circles.monthly(message, here, words[1] if len(words) > 1 else "")
        return
    if words[:1] == ["members"]:
        await _members(message, words[1:], here, members)
        return
    if len(words) not in (3, 4) or words[0] != "connect":
        await accounts(message, here, connections)
        return
    rail = words[3] if len(words) == 4 else None
    found = await connections.connect(here.person, words[1], words[2].upper(), rail)
    rows = [[opens(here.plain("button-org-go-on"), found.url)]] if found.url else []
    await here.say.send(message.chat.id, Rendered(_line(here, found), keyboard(rows)))


async def _members(message: Message, words: list[str], here: Here, members: MemberService) -> None:
    """`members <organisation> [add|remove <number>]`: who works for it. Raises: NotAllowed."""
    slug, act = (words[0] if words else ""), (words[1] if len(words) > 1 else "")
    whom = target(message, " ".join(words[2:]))
    if act in ("add", "remove") and whom is not None:
        change = members.add if act == "add" else members.remove
        person, of = await change(here.person, slug, whom)
        said = here.chat(f"org-member-{act}", name=name_of(person), organisation=of.name(here.language))
        await here.say.send(message.chat.id, Rendered(said))
        return
    if not slug:
        await here.people.must(here.person, Permission.GRANT_ROLES)
        await here.say.send(message.chat.id, Rendered(here.chat("org-members-how")))
        return
    of, people = await members.listed(here.person, slug)
    lines = [here.chat("org-member", name=name_of(one), number=str(one.telegram_id)) for one in people]
    head = here.chat("org-members" if people else "org-members-none", organisation=of.name(here.language))
    text = paragraphs(head, Html("\n".join(lines)), here.chat("org-members-how"))
    await here.say.send(message.chat.id, Rendered(text))


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
