"""What the paid rate costs, in Stars.

Source: core.telegram.org/bots/faq: up to 1,000 messages a second; 0.1 Star for each above 30 in a second.
"""

from typing import Final

FREE_PER_SECOND: Final = 30
PER_MESSAGE_DECI: Final = 1  # tenths of a Star


def deci_stars(messages: int, per_second: int) -> int:
    """The most that so many messages cost at this rate, in tenths of a Star: whole seconds at full speed."""
    if per_second <= FREE_PER_SECOND:
        return 0
    seconds, rest = divmod(messages, per_second)
    return (seconds * (per_second - FREE_PER_SECOND) + max(0, rest - FREE_PER_SECOND)) * PER_MESSAGE_DECI


def shown_stars(deci: int) -> int:
    """Whole Stars, rounded up, as a price is shown."""
    return -(-deci // 10)
