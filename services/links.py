"""Addresses people are sent to: our public pages, and the bot's own deep links."""

from urllib.parse import quote


class Links:
    """`bot_username` is known once Telegram answered getMe; until then `start` gives nothing."""

    def __init__(self, public_url: str, bot_username: str = "") -> None:
        """Pages live under `public_url`."""
        self.public_url = public_url.rstrip("/")
        self.bot_username = bot_username

    def project(self, slug: str, language: str | None = None) -> str:
        """The project's public page."""
        return f"{self.public_url}/p/{quote(slug)}" + _query(language)

    def receipt(self, code: str, language: str | None = None) -> str:
        """The receipt's public page."""
        return f"{self.public_url}/r/{quote(code)}" + _query(language)

    def start(self, payload: str = "") -> str:
        """Opens the private chat, with /start and this payload (≤ 64 characters A–Z a–z 0–9 _ -)."""
        if not self.bot_username:
            return ""
        return f"https://t.me/{self.bot_username}" + (f"?start={payload}" if payload else "")


def _query(language: str | None) -> str:
    return f"?lang={language}" if language else ""
