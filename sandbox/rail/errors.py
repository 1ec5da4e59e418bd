"""The provider's refusals."""

from __future__ import annotations


class RailError(Exception):
    """Answered as `{"error": {"code": …, "message": …}}`; `code` is for programs."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> RailError:
    return RailError(400, "invalid_request", message)
