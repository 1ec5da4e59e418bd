"""The methods the sandbox plays, by name; every known method that is not here answers 501."""

from __future__ import annotations

from sandbox.telegram.methods import callbacks, chat_info, messages, profile
from sandbox.telegram.methods.call import Method

PLAYED: dict[str, Method] = {**messages.METHODS, **callbacks.METHODS, **chat_info.METHODS, **profile.METHODS}
