"""A picture of one's slot to share: the project, what was given, and a code that leads to giving."""

from aiogram.types import CallbackQuery

from bot.cards import Rendered
from giving.errors import SlotUnknown
from giving.ids import token_of
from handlers.creators.here import Here
from pictures import DayBadge, Pictures, ShareCard
from services.giving_days import GivingDayService


async def share(query: CallbackQuery, here: Here, pictures: Pictures, giving_days: GivingDayService) -> None:
    """Drawn as it is now, on a giving day with its name. Raises: SlotUnknown (a closed one too), PictureFailed."""
    card = await here.slots.mine(here.person)
    if card is None or not card.slot.open:
        raise SlotUnknown
    project, language = card.project.project, here.language
    days = [day for day in await giving_days.on() if project.id in day.projects]
    shown = ShareCard(
        language=language,
        name=card.slot.name,
        project=project.title(language),
        given=card.raised.sums,
        donors=card.raised.donors,
        gifts=card.raised.gifts,
        link=here.links.start(f"s_{token_of(card.slot.id)}") or here.links.slot(card.slot.slug),
        day=DayBadge(days[0].title(language), days[0].hashtag) if days else None,
    )
    png = await here.say.in_time(query, pictures.share(shown))
    caption = Rendered(here.chat("slot-picture-caption"))
    await here.say.send_photo(query.from_user.id, f"{card.slot.slug}.png", png, caption)
    await here.say.answer(query)
