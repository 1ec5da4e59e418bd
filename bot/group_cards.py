"""What a group sees: the carrier under a tipped message, and what leads its members into the private chat. Pure."""

from collections.abc import Sequence

from bot import callbacks as cb
from bot import creator_keyboards, keyboards
from bot.cards import Rendered, paragraphs
from giving.creators import Chat, ChatCard, Post
from giving.ids import token_of
from giving.money import Money
from giving.notices import NoticeKind
from giving.tips import Tip
from services.carriers import CarrierCard
from services.links import Links
from texts import Html, Texts


def carrier(
    texts: Texts, links: Links, language: str, card: CarrierCard, presets: Sequence[Money], *, test_money: bool
) -> Rendered:
    """What was given for the message so far, who is thanked, and the amounts (none, where tipping rests)."""
    title = card.project.title(language)
    if card.raised.gifts:
        head = texts.chat(language, "carrier", donors=card.raised.donors, given=card.raised.sums, project=title)
    else:
        head = texts.chat(language, "carrier-none", project=title)
    thanks = texts.chat(language, "carrier-author", author=card.author) if card.author else None
    offered = card.chat.offered(presets)
    lines = [head, thanks, texts.chat(language, "carrier-how") if offered else None]
    rows = keyboards.post_keyboard(texts, links, language, card.post, card.raised, offered, test_money=test_money)
    return Rendered(Html("\n".join(line for line in lines if line)), rows)


def pay(texts: Texts, links: Links, language: str, tip: Tip, project: str, *, for_all: bool = False) -> Rendered:
    """Where a member pays what they just offered; for their eyes only (unless `for_all`) also the way back."""
    go = keyboards.opens(texts.plain(language, "button-pay", amount=tip.amount), links.start(f"t_{token_of(tip.id)}"))
    cancel = keyboards.tap(texts.plain(language, "button-cancel"), cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL))
    text = texts.chat(language, "group-pay", amount=tip.amount, project=project)
    return Rendered(text, keyboards.keyboard([[go], [] if for_all else [cancel]]))


def nobody(texts: Texts, links: Links, language: str, post: Post, amount: Money) -> Rendered:
    """To who asked with an amount, but anonymously or as a channel: nothing was offered, and where they can."""
    go = keyboards.opens(texts.plain(language, "button-open-private"), links.start(f"p_{token_of(post.id)}"))
    return Rendered(texts.chat(language, "group-tip-nobody", amount=amount), keyboards.keyboard([[go]]))


def unknown(texts: Texts, links: Links, language: str) -> Rendered:
    """The commands that a group knows; all else is in the private chat."""
    go = keyboards.opens(texts.plain(language, "button-open-private"), links.start())
    return Rendered(texts.chat(language, "group-unknown-command"), keyboards.keyboard([[go]]))


def charity(texts: Texts, links: Links, language: str, chat: Chat, *, anonymous: bool) -> Rendered:
    """To an administrator: the card is in the private chat."""
    go = keyboards.opens(texts.plain(language, "button-open-private"), links.start(f"c_{token_of(chat.id)}"))
    text = texts.chat(language, "group-charity-anonymous" if anonymous else "group-charity")
    return Rendered(text, keyboards.keyboard([[go]]))


def bot_added(texts: Texts, links: Links, language: str, card: ChatCard, *, can_delete: bool, back: bool) -> Rendered:
    """In private, after the bot joined: what it does, what it lacks, what would be nice, the next step."""
    chat = card.chat
    missing = [texts.chat(language, f"bot-lacks-{right.replace('_', '-')}") for right in chat.missing]
    if chat.paused:
        ready = texts.chat(language, "bot-ready-paused")
    elif chat.tipping and card.project is not None:
        project = card.project.project.title(language)
        ready = texts.chat(language, "group-ready-back" if back else "group-ready-on", project=project)
    else:
        ready = texts.chat(language, "group-ready")
    nice = None if can_delete or missing else texts.chat(language, "group-nice-delete")
    added = texts.chat(language, "bot-added", chat=chat.title)
    text = paragraphs(added, texts.chat(language, "group-can"), *(missing or [ready]), nice)
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card))


def bot_removed(texts: Texts, links: Links, language: str, chat: Chat) -> Rendered:
    """The bot is out; nothing is lost."""
    rows = keyboards.keyboard(keyboards.add_bot_to_group(texts, links, language))
    return Rendered(texts.chat(language, "group-removed", chat=chat.title), rows if rows.inline_keyboard else None)


def told(texts: Texts, links: Links, language: str, kind: NoticeKind, chat: Chat) -> Rendered | None:
    """What a chat's creator is told once."""
    match kind:
        case NoticeKind.UPGRADED:
            rows = keyboards.keyboard([[creator_keyboards.to_chat(texts, language, chat)]])
            return Rendered(texts.chat(language, "group-upgraded", chat=chat.title), rows)
        case NoticeKind.NO_DISCUSSION:
            return Rendered(texts.chat(language, "discussion-none", chat=chat.title))
        case NoticeKind.NOT_IN_GROUP:
            rows = keyboards.keyboard(keyboards.add_bot_to_group(texts, links, language))
            return Rendered(texts.chat(language, "discussion-not-in", chat=chat.title), rows)
        case NoticeKind.BLIND_IN_GROUP:
            return Rendered(texts.chat(language, "discussion-blind", chat=chat.title))
        case _:
            return None
