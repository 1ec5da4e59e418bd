"""A creator's thank-you for all to see: its preview, and as it stands in the chat. Pure."""

from bot import callbacks as cb
from bot import creator_keyboards, keyboards
from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens, tap
from giving.creators import Chat
from giving.ids import token_of
from giving.thanks_posts import WORDS_GRAPHEMES, Thanked
from services.links import Links
from services.thanks_posts import ThanksPostDraft
from texts import Html, Texts, escaped


def preview(texts: Texts, links: Links, language: str, draft: ThanksPostDraft) -> Rendered:
    """What will stand there, just as all will see it, and the one button that publishes it."""
    chat = draft.chat
    text = paragraphs(
        texts.chat(language, "thanks-post-unknown", chat=chat.title) if draft.unknown else None,
        texts.chat(language, "thanks-post-changed") if draft.changed else None,
        texts.chat(language, "thanks-post-preview", chat=chat.title),
        post(texts, links, language, draft).text,
    )
    send = tap(texts.plain(language, "button-thanks-post-send"), cb.ThanksPostSend(post=draft.id))
    own = tap(texts.plain(language, "button-thanks-post-own"), cb.ThanksPostWrite(chat=chat.id, own=True))
    return Rendered(text, keyboard([[send], [own, creator_keyboards.back_to(texts, language, chat)]]))


def post(texts: Texts, links: Links, language: str, draft: ThanksPostDraft) -> Rendered:
    """The thank-you itself, with the way to give to the project it is about."""
    text = paragraphs(
        escaped(draft.words) if draft.words else texts.chat(language, "thanks-post-words"),
        _people(texts, language, draft),
        _names(texts, language, draft.thanked),
    )
    rows: Rows = []
    if len(draft.projects) == 1 and draft.projects[0].open:
        url = links.start(f"g_{token_of(draft.projects[0].id)}")
        rows = [[opens(texts.plain(language, "button-give-directly"), url)]] if url else []
    return Rendered(text, keyboard(rows) if rows else None)


def ask(texts: Texts, language: str) -> Rendered:
    """Which words?"""
    return Rendered(texts.chat(language, "thanks-post-ask", most=WORDS_GRAPHEMES), keyboards.leave(texts, language))


def sent(texts: Texts, language: str, chat: Chat) -> Rendered:
    """It stands there."""
    return _ended(texts, language, chat, texts.chat(language, "thanks-post-sent"))


def refused(texts: Texts, language: str, chat: Chat) -> Rendered:
    """Telegram did not take it."""
    return _ended(texts, language, chat, texts.chat(language, "thanks-post-refused", chat=chat.title))


def unanswered(texts: Texts, language: str, chat: Chat) -> Rendered:
    """Nobody knows."""
    return _ended(texts, language, chat, texts.chat(language, "thanks-post-unknown", chat=chat.title))


def _ended(texts: Texts, language: str, chat: Chat, text: Html) -> Rendered:
    return Rendered(text, keyboard([[creator_keyboards.back_to(texts, language, chat)]]))


def _people(texts: Texts, language: str, draft: ThanksPostDraft) -> Html:
    if len(draft.projects) == 1:
        title = draft.projects[0].title(language)
        return texts.chat(language, "thanks-post-people", donors=draft.thanked.donors, project=title)
    count = len(draft.projects)
    return texts.chat(language, "thanks-post-people-several", donors=draft.thanked.donors, count=count)


def _names(texts: Texts, language: str, thanked: Thanked) -> Html:
    if not thanked.names:
        return texts.chat(language, "thanks-post-quiet-alone")
    names = Html(" · ".join(escaped(name) for name in thanked.names))
    if thanked.more:
        said = texts.chat(language, "thanks-post-names-more", names=names, more=thanked.more)
    else:
        said = texts.chat(language, "thanks-post-names", names=names)
    if not thanked.quiet:
        return said
    return Html(f"{said}\n{texts.chat(language, 'thanks-post-quiet', quiet=thanked.quiet)}")
