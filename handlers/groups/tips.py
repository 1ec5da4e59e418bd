"""/tip, /tip 5: as an answer to a message of a group."""

import contextlib
from uuid import UUID

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.filters import CommandObject
from aiogram.types import Message, MessageOriginChannel, ReactionTypeEmoji

from bot import group_cards
from bot.cards import Rendered
from bot.carriers import Carriers
from bot.cleanups import say_shortly
from bot.ephemeral import Whispers
from bot.middlewares import visitor
from bot.sending import Priority, sending_as
from giving.creators import Carried, Post
from giving.errors import NotTippable, TipInChannel, TipNeedsReply
from giving.money import Money, parse_amount
from giving.people import Visitor
from giving.tips import OfferRequest
from handlers.channels import POSTS
from handlers.here import Here, Place
from handlers.tips.card import show_tip
from services.cleanups import TO_BE_TAPPED, CleanupService
from services.groups import GroupService, Tipped
from services.tips import TipCard

log = structlog.get_logger()
CARRIER_PATIENCE_S = 4.0
NOTED = "👌"


async def tip(
    message: Message,
    command: CommandObject,
    bot: Bot,
    groups: GroupService,
    carriers: Carriers,
    whispers: Whispers,
    cleanups: CleanupService,
    place: Place,
    here: Here | None,
) -> None:
    """The message gets its keyboard, once; with an amount, whoever asked is led to pay it.

    Who hides behind the group or a channel is told that a gift needs somebody.

    Raises: what bot/errors.py says in one line: TipNeedsReply, NotTippable, TippingNotOn, AmountNotUnderstood, ….
    """
    answered, limits = _answered(message, bot), place.tips.limits
    post = await _channel_post(answered, groups)
    amount = parse_amount(command.args, least=limits.least, most=limits.most) if command.args else None
    if post is None:
        words = answered.text or answered.caption or ""
        tipped = Tipped(answered.message_id, words, answered.date, _author(answered))
        post = await groups.tipped(message.chat.id, tipped, message.chat.title or "")
    elif post.carried is Carried.SELF and amount is None:
        raise TipInChannel
    offered = await _offer(message, here, post, amount) if here and amount else None
    fresh = await _show(carriers, post)
    if here is None and amount is not None:
        shown = group_cards.nobody(place.texts, place.links, place.language, post, amount)
        await say_shortly(place.say, cleanups, message, shown)  # the carrier's buttons stay
        return
    if not fresh:
        await _note(message)
    if here is None or offered is None:
        return
    card = await _lead_to_pay(message, here, whispers, offered)
    if card is not None and not fresh:
        await say_shortly(here.say, cleanups, message, _pay(here, card, for_all=True), after=TO_BE_TAPPED)


def _answered(message: Message, bot: Bot) -> Message:
    """The message that /tip answers. Raises: TipNeedsReply, NotTippable."""
    answered = message.reply_to_message
    # In a forum every message answers the one that opened its topic.
    if answered is None or answered.forum_topic_created is not None:
        raise TipNeedsReply
    ours = answered.from_user is not None and answered.from_user.id == bot.id
    if ours or answered.content_type not in POSTS:
        raise NotTippable
    return answered


async def _channel_post(answered: Message, groups: GroupService) -> Post | None:
    """The channel's post, where the message is its copy in the discussion group."""
    origin = answered.forward_origin
    if not answered.is_automatic_forward or not isinstance(origin, MessageOriginChannel):
        return None
    return await groups.channel_post(origin.chat.id, origin.message_id)


def _author(answered: Message) -> Visitor | None:
    """Who wrote it; nobody for bots, channels and administrators who stay anonymous."""
    author = answered.from_user
    if author is None or author.is_bot or answered.sender_chat is not None:
        return None
    return visitor(author)


async def _offer(message: Message, here: Here, post: Post, amount: Money) -> UUID:
    key, person = f"msg:{message.chat.id}:{message.message_id}", here.person
    request = OfferRequest(
        key=key, donor=person.id, amount=amount, post=post.id, visibility=person.visibility, rail=person.rail
    )
    return (await here.tips.offer(request)).id


async def _show(carriers: Carriers, post: Post) -> bool:
    """Whether the message got its keyboard just now; where it has no turn yet, the counters' loop sends it."""
    try:
        with sending_as(Priority.ANSWER, patience_s=CARRIER_PATIENCE_S):
            return await carriers.show(post.id, asked=True)
    except TelegramAPIError as refusal:
        log.info("carrier_not_shown", post_id=str(post.id), error=type(refusal).__name__)
        return False


async def _note(message: Message) -> None:
    """The keyboard stands already, and a second message would be one too many: a sign that the command was heard."""
    with contextlib.suppress(TelegramAPIError):
        await message.react([ReactionTypeEmoji(emoji=NOTED)])


async def _lead_to_pay(message: Message, here: Here, whispers: Whispers, tip_id: UUID) -> TipCard | None:
    """In private; and, where only they see it, in the group. The tip, if neither reached them.

    Who can't be written to finds it behind the carrier's counter, which a new carrier says.
    """
    reader, told = here.person.telegram_id, False
    if here.person.reachable:
        try:
            await show_tip(here, tip_id)
            told = True
        except TelegramForbiddenError:
            await here.people.blocked(reader)
    card = await here.tips.card(tip_id, here.person)
    told = await whispers.to(here.say, message.chat.id, reader, _pay(here, card)) or told
    return None if told else card


def _pay(here: Here, card: TipCard, *, for_all: bool = False) -> Rendered:
    project = card.project.project.title(here.language)
    return group_cards.pay(here.texts, here.links, here.language, card.tip, project, for_all=for_all)
