"""What everybody says of a day's figures, and where two of them say different things."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """What one of them says of one figure."""

    who: str
    what: str
    figure: int


def disagreements(said: Sequence[Said]) -> list[str]:
    """A line for each figure of which two of them say different things."""
    found = []
    for what in dict.fromkeys(each.what for each in said):
        of = {each.who: each.figure for each in said if each.what == what}
        if len(set(of.values())) > 1:
            found.append(f"{what}: " + ", ".join(f"{who} {figure}" for who, figure in of.items()))
    return found
