"""The methods the sandbox plays, by name; every known method that is not here answers 501."""

from __future__ import annotations

from sandbox.telegram.methods import (
    callbacks,
    chat_info,
    copies,
    ephemeral,
    inline,
    media,
    messages,
    payments,
    profile,
    stars,
    webhook,
)
from sandbox.telegram.methods.call import Method

TABLES = (messages, media, copies, ephemeral, callbacks, inline, payments, stars, chat_info, profile, webhook)
PLAYED: dict[str, Method] = {name: method for table in TABLES for name, method in table.METHODS.items()}
