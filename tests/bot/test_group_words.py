"""What is said about a group speaks of a group."""

import re
from dataclasses import replace

import pytest

from bot import cards, creator_cards, errors, handover_cards
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from giving.creators import BotRights, Chat, ChatCard, ChatState, CreatorStats, PauseReason, PostCounter
from giving.errors import ChatUnknown, PostUnknown
from giving.money import Money
from giving.notices import NoticeKind
from giving.projects import Tally
from sandbox.telegram.html import parse
from services.handover import ChatNews, Successors
from tests.bot.samples import CHAT, ERRORS, LIMITS, LINKS, NASTY, POST, PRESETS, PROJECT, TALLY, tip
from tests.handlers.chat import check_keyboard
from tests.texts.words import TEXTS

# Where both are meant.
BOTH = re.compile(
    "频道和群|你的频道、设为管理员，或者加进你的群|"
    "channels and groups|your channel as an administrator, or to your group"
)


def run_in_a_group(language: str, group: Chat) -> list[Rendered]:
    """What its creator and administrators are shown."""
    t, both = (TEXTS, language), (TEXTS, LINKS, language)
    none, no_words = Tally(Money(0, "CNY")), PostCounter(replace(POST, excerpt=""), TALLY)
    gone, resting = replace(group, rights=BotRights()), replace(group, state=ChatState.PAUSED)
    orphan = replace(resting, paused_reason=PauseReason.RIGHTS_LOST)
    chats = [group, gone, resting, orphan, replace(group, state=ChatState.OFF)]
    kinds = (NoticeKind.HANDOVER, NoticeKind.TAKE_OVER, NoticeKind.PAUSED, NoticeKind.HANDED, NoticeKind.DECLINED)
    return [
        *(creator_cards.chat(*both, ChatCard(chat, PROJECT, TALLY)) for chat in chats),
        creator_cards.chat_list(*both, [ChatCard(chat, PROJECT, TALLY) for chat in chats], ChatDeed.CARD),
        creator_cards.chat_list(*both, [ChatCard(group, PROJECT)], ChatDeed.STATS),
        creator_cards.ask_presets(*t, group, [PRESETS], LIMITS, PRESETS),
        creator_cards.presets_set(*both, ChatCard(group, PROJECT), PRESETS),
        creator_cards.stats(*t, CreatorStats(group, none, none, none, none, ())),
        creator_cards.stats(*t, CreatorStats(group, TALLY, TALLY, TALLY, TALLY, (no_words,))),
        *(handover_cards.news(*both, kind, ChatNews(group, PROJECT.project, NASTY)) for kind in kinds),
        handover_cards.successors(*t, Successors(group, ())),
        handover_cards.declined(*t, group),
        *(handover_cards.taken(*both, ChatCard(chat, PROJECT)) for chat in chats),
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_group_is_never_called_a_channel_nor_its_messages_posts(language):
    group = replace(CHAT, kind="supergroup")
    shown = [
        *run_in_a_group(language, group),
        creator_cards.paused(TEXTS, LINKS, language, ChatCard(group, PROJECT)),
        creator_cards.resumed(TEXTS, LINKS, language, ChatCard(group, PROJECT)),
        creator_cards.confirm_project(TEXTS, LINKS, language, group, PROJECT),
        creator_cards.switched_on(TEXTS, LINKS, language, ChatCard(group, PROJECT)),
        creator_cards.switched_off(TEXTS, LINKS, language, ChatCard(group, PROJECT)),
        cards.tip(TEXTS, LINKS, language, replace(tip(), project_now=PROJECT.project), NASTY, "https://pay"),
        *(errors.message(TEXTS, language, error) for error in (ChatUnknown(), PostUnknown(), *ERRORS)),
    ]
    for rendered in shown:
        rows = rendered.keyboard.inline_keyboard if rendered.keyboard else []
        labels = {button.text for row in rows for button in row} - {TEXTS.plain(language, "button-add-bot")}
        for words in (rendered.text, *labels):
            assert not re.search("频道|帖|channel|post", BOTH.sub("", words)), words
        assert 0 < len(parse(rendered.text)[0]) <= 4096
        if rendered.keyboard is not None:
            check_keyboard(rendered.keyboard)
