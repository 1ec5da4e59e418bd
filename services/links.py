"""Addresses people are sent to: our public pages, and the bot's own deep links."""

from urllib.parse import quote

from giving.projects import Project

# What the bot needs in a channel, as Telegram asks whoever adds it.
_ADMIN_RIGHTS = "post_messages+edit_messages"
_GROUP_RIGHTS = "delete_messages"


class Links:
    """`bot_username` is known once Telegram answered getMe; until then `start` gives nothing."""

    def __init__(self, public_url: str, bot_username: str = "", chat_page: str = "") -> None:
        """Pages live under `public_url`; `chat_page` stands for Telegram itself where a browser would go there."""
        self.public_url = public_url.rstrip("/")
        self.bot_username = bot_username
        self.chat_page = chat_page.rstrip("/")
        self.inline = False  # whether @BotFather lets people ask the bot from any chat

    def project(self, slug: str, language: str | None = None) -> str:
        """The project's public page."""
        return f"{self.public_url}/p/{quote(slug)}" + _query(language)

    def slot(self, slug: str, language: str | None = None) -> str:
        """A creator's public page."""
        return f"{self.public_url}/c/{quote(slug)}" + _query(language)

    def day_report(self, slug: str, language: str | None = None, form: str = "") -> str:
        """What a giving day came to; `form`: `.csv`, or `.png`."""
        return f"{self.public_url}/d/{quote(slug)}/report{form}" + _query(language)

    def day(self, slug: str, language: str | None = None) -> str:
        """A giving day as it goes."""
        return f"{self.public_url}/d/{quote(slug)}{_query(language)}"

    def certificate(self, number: str, language: str | None = None) -> str:
        """Where a certificate is checked."""
        return f"{self.public_url}/certificates/{quote(number)}" + _query(language)

    def recap(self, year: int, of: str = "", language: str | None = None, form: str = "") -> str:
        """A year looked back at; `of`: `p/<slug>`, `c/<slug>`, a donor's token, or "" for the whole service."""
        where = f"{of}/recap/{year}" if "/" in of else f"recap/{year}/{of}" if of else f"recap/{year}"
        return f"{self.public_url}/{quote(where)}{form}" + _query(language)

    def receipt(self, code: str, language: str | None = None) -> str:
        """The receipt's public page."""
        return f"{self.public_url}/r/{quote(code)}" + _query(language)

    def circle(self, token: str, language: str | None = None) -> str:
        """An organisation's monthly donors, for whom this token was made."""
        return f"{self.public_url}/o/{quote(token)}" + _query(language)

    def page(self, name: str, language: str | None = None) -> str:
        """One of the pages about the service itself: terms, privacy."""
        return f"{self.public_url}/{name}" + _query(language)

    def start(self, payload: str = "") -> str:
        """Opens the private chat, with /start and this payload (≤ 64 characters A–Z a–z 0–9 _ -)."""
        if not self.bot_username:
            return ""
        return f"https://t.me/{self.bot_username}" + (f"?start={payload}" if payload else "")

    def chat(self, payload: str = "") -> str:
        """`start`, for a web page: where it opens in the browser if there is a chat page."""
        start = self.start(payload)
        return f"{self.chat_page}/?open={quote(start, safe='')}" if start and self.chat_page else start

    def add_to_channel(self) -> str:
        """Lets a creator choose a channel and add the bot to it with the rights it needs."""
        return f"https://t.me/{self.bot_username}?startchannel&admin={_ADMIN_RIGHTS}" if self.bot_username else ""

    def add_to_group(self) -> str:
        """Lets somebody choose a group and add the bot to it, with the one right that is nice to have."""
        return f"https://t.me/{self.bot_username}?startgroup&admin={_GROUP_RIGHTS}" if self.bot_username else ""

    def designated(self, project: Project) -> str:
        """Where to give to a project when it can't be done here: its official page, or ours, which says so."""
        return project.designated_url or self.project(project.slug)


def _query(language: str | None) -> str:
    return f"?lang={language}" if language else ""
