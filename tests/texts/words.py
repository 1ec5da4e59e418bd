"""The real messages, strict: what is missing fails the test."""

from pathlib import Path
from zoneinfo import ZoneInfo

from texts import Texts

TEXTS = Texts.load(Path(__file__).parents[2] / "locales", zone=ZoneInfo("Asia/Shanghai"), strict=True)
