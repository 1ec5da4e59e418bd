"""Giving days in chat: what their admins decide by, and what everybody else will see. Pure: data in, messages out."""

from bot.day_cards.admin import Shown, acted, card, day_list, longer, sure
from bot.day_cards.asking import ask, audiences, change, choose_projects, extend, nth, repeat
from bot.day_cards.creators import creator, post
from bot.day_cards.pools import pools
from bot.day_cards.preview import decisions, invitation, preview, seen, to_give
from bot.day_cards.words import LABELS, rule_words

__all__ = [
    "LABELS",
    "Shown",
    "acted",
    "ask",
    "audiences",
    "card",
    "change",
    "choose_projects",
    "creator",
    "day_list",
    "decisions",
    "extend",
    "invitation",
    "longer",
    "nth",
    "pools",
    "post",
    "preview",
    "repeat",
    "rule_words",
    "seen",
    "sure",
    "to_give",
]
