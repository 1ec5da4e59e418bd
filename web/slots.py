"""`/c/<slug>`: 公益爱心位, a creator's page with their project, what their followers gave, and how to give there."""

from typing import Final

from aiohttp import web

from giving.errors import SlotUnknown
from giving.ids import token_of
from giving.names import clean
from giving.recaps import RecapOf
from services.slots import SlotPage
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts

MOST_SLUG: Final = 64


class SlotPages:
    """Open slots; what is closed can't be found."""

    def __init__(self, parts: WebParts, pages: Pages) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages = parts, pages

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [web.get("/c/{slug}", self.slot)]

    async def slot(self, request: web.Request) -> web.Response:
        """One slot. Raises: SlotUnknown."""
        slug = request.match_info["slug"]
        if not slug.isprintable() or len(slug) > MOST_SLUG:
            raise SlotUnknown
        page = await self._parts.slots.page(slug)
        circles = self._parts.circles
        slot, project = page.card.slot, page.card.project.project
        text = project.text(self._pages.language(request))
        name, titled = slot.name, clean(text.title, most=TITLE_GRAPHEMES)
        return self._pages.answer(
            request,
            "slot.html",
            title=self._pages.say(request, "web-slot-title", name=name),
            description=self._pages.say(request, "web-slot-description", name=name, project=titled),
            slot=slot,
            year=await recaps.latest(RecapOf.CREATOR, slot.creator) if (recaps := self._parts.recaps) else None,
            card=page.card.project,
            raised=page.card.raised,
            project=project,
            text=text,
            gifts=page.gifts,
            monthly=await circles.number(slot.creator) if circles else 0,
            give_url=self._parts.links.chat(f"s_{token_of(slot.id)}") if project.open else "",
            share=self._share(page),
            share_language=page.language,
        )

    def _share(self, page: SlotPage) -> str:
        """In its creator's language, whoever reads it: it is what they would post."""
        title = clean(page.card.project.project.title(page.language), most=TITLE_GRAPHEMES)
        link = self._parts.links.slot(page.card.slot.slug)
        return self._parts.texts.plain(page.language, "slot-share-words", project=title, link=link)
