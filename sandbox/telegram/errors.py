"""The Bot API's refusals."""

from __future__ import annotations


class ApiError(Exception):
    """Answered as `{"ok": false, "error_code": …, "description": …, "parameters": …}`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(text: str) -> ApiError:
    return ApiError(400, f"Bad Request: {text}")


def too_many_requests(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def forbidden(text: str) -> ApiError:
    return ApiError(403, f"Forbidden: {text}")


def not_played(text: str) -> ApiError:
    """A right call that the sandbox has no answer to: said aloud, because a silent yes would hide a bug."""
    return ApiError(501, f"Not Implemented: the sandbox does not play {text}")
