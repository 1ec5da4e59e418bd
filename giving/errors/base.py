"""The refusal that every other is, and the one that can meet anybody: the books can't be written."""

from typing import ClassVar


class GivingError(Exception):
    """A refusal with words for the person it concerns; rendered by bot/errors.py and web/errors.py alone."""

    message_key: ClassVar[str] = "error-unknown"

    def __init__(self, **args: object) -> None:
        """Keep `args` for the message: Money, str, int, datetime, or a Project (said by its title)."""
        super().__init__(self.message_key)
        self.args_for_message = args

    def __str__(self) -> str:
        """Name the refusal for logs, without its arguments (they may hold a person's words)."""
        return self.message_key


class NotSaved(GivingError):
    """The books can't be written at the moment (the database is away, locked or full); nothing was changed."""

    message_key = "error-not-saved"
