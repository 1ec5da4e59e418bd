"""How Telegram is reached, and by which way it reaches us."""

from typing import Annotated, Final, Literal

from pydantic import Field

from settings.kinds import Address, Secret, Whole, like_secret
from settings.model.group import Group

TELEGRAM: Final = "https://api.telegram.org"


class Telegram(Group):
    token: Secret = None
    api_base: Address = TELEGRAM
    updates: Literal["auto", "webhook", "polling"] = "auto"
    secret_token: Annotated[Secret, like_secret("[A-Za-z0-9_-]{16,256}", "16 to 256 of A-Z a-z 0-9 _ -")] = None
    poll_timeout_s: Annotated[Whole, Field(ge=1, le=50)] = 25
    tap_lane: Literal["auto", "response", "call", "off"] = "auto"

    @property
    def taps_in_response(self) -> bool:
        """Whether a webhook's response may ask for a call: Telegram makes it, servers of others may not."""
        return self.tap_lane == "response" or (self.tap_lane == "auto" and self.api_base == TELEGRAM)
