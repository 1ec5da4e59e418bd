"""The user API's refusals."""

from __future__ import annotations


class PeopleError(Exception):
    """Answered as `{"error": …}`; the text says what to do about it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
