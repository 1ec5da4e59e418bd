"""What creators are told on a giving day, once: a post for their channel, which goes out only if they tap."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.cards import Rendered, paragraphs
from bot.creator_cards import post_url
from bot.keyboards import Rows, keyboard, opens, tap
from giving.creators import Chat
from giving.giving_days import GivingDay, PostState
from giving.giving_days.pools import DayPool
from giving.names import clean
from giving.projects import Project
from services.giving_days import DayCall
from texts import Html, Texts
from texts.day_pools import line

TITLE_ON_BUTTON: Final = 24


def post(
    texts: Texts, language: str, day: GivingDay, project: Project, pools: Sequence[DayPool], now: datetime
) -> Html:  # fmt: skip
    """What would stand in their channel; amounts come under it, as under every post. `pools`: that add to its gifts."""
    return paragraphs(
        texts.chat(language, "day-post-title", title=day.title(language)),
        texts.chat(language, "day-post-text", text=day.text(language)) if day.text(language) else None,
        texts.chat(language, "day-post-call", project=project.title(language), least=day.amounts[0]),
        _matched(texts, language, day, project, pools, now),
        texts.chat(language, "day-invite-tag", hashtag=day.hashtag) if day.hashtag else None,
    )


def _matched(
    texts: Texts, language: str, day: GivingDay, project: Project, pools: Sequence[DayPool], now: datetime
) -> Html | None:  # fmt: skip
    """They are this channel's by their creators, and say no project: the post is for one."""
    lines = [line(texts, language, day, each, left, {}) for each in pools if (left := each.left(now, day))]
    return Html("\n".join(lines)) or None


def call(
    texts: Texts, language: str, day: GivingDay, project: Project, rows: Rows, pools: Sequence[DayPool], now: datetime
) -> Rendered:  # fmt: skip
    """The day, the post word for word, and the ways to publish it (`rows`)."""
    text = paragraphs(
        texts.chat(language, "day-call", title=day.title(language), ends=day.ends_at),
        Html(f"<blockquote>{post(texts, language, day, project, pools, now)}</blockquote>"),
        texts.chat(language, "day-call-how"),
    )
    return Rendered(text, keyboard(rows))


def creator(texts: Texts, language: str, found: DayCall, *, said: str | None = None) -> Rendered:
    """The same to a creator, with their channels, and what became of the post in each."""
    rows: Rows = [[button] for chat, _ in found.channels if (button := _way(texts, language, found, chat)) is not None]
    chat, project = found.channels[0]
    shown = call(texts, language, found.day, project, rows, found.matched(chat, project), found.now)
    unknown = [chat.title for chat, _ in found.channels if found.standing(chat) is PostState.UNKNOWN]
    doubts = [texts.chat(language, "day-post-unknown", chat=title) for title in unknown]
    return Rendered(paragraphs(said, shown.text, *doubts), shown.keyboard)


def _way(texts: Texts, language: str, found: DayCall, chat: Chat) -> InlineKeyboardButton | None:
    title, was = clean(chat.title, most=TITLE_ON_BUTTON), found.posts.get(chat.id)
    tries = was.tries if was is not None else 0
    match found.standing(chat):
        case None:
            key = "button-day-publish"
        case PostState.UNKNOWN:
            key = "button-day-publish-again"
        case PostState.POSTED if was is not None and was.message_id is not None:
            words = texts.plain(language, "button-day-published", chat=title)
            return opens(words, post_url(chat, was.message_id))
        case _:
            return None
    return tap(texts.plain(language, key, chat=title), cb.DayPublish(day=found.day.id, chat=chat.id, tries=tries))
