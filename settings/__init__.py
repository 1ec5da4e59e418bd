"""Settings: config.yaml mirrored field by field; `load` reads once, at start, and main.py hands plain values on."""

from settings.model import FIELDS, SECRETS, Settings
from settings.reading import load
from settings.showing import masked, missing_for_run, render
from settings.words import SettingsError, without_password

__all__ = [
    "FIELDS",
    "SECRETS",
    "Settings",
    "SettingsError",
    "load",
    "masked",
    "missing_for_run",
    "render",
    "without_password",
]
