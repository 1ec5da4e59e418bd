"""Every setting, its default and its limits; config.yaml mirrors this folder field by field (a test holds them equal).

A new setting is a field in its group's file; a new group is a class in one of them and a line in `whole`.
"""

from settings.model.fields import FIELDS, FILE_VARIABLES, KEYS, SECRETS, VARIABLES, group_of, variable_of
from settings.model.rails import STARS_ACKNOWLEDGED, Rails, StripeRail
from settings.model.whole import Settings

__all__ = [
    "FIELDS",
    "FILE_VARIABLES",
    "KEYS",
    "SECRETS",
    "STARS_ACKNOWLEDGED",
    "VARIABLES",
    "Rails",
    "Settings",
    "StripeRail",
    "group_of",
    "variable_of",
]
