"""Who runs this, by what right, and the person who answers; as the operator wrote it in the settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    """Any of it may be empty. `contact` is for people to read: an e-mail address, a telephone number, a page."""

    name: str = ""
    basis: str = ""
    contact: str = ""
