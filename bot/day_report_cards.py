"""What a giving day came to: to its admins with the picture, to each donor with their part. Pure: data in, text out."""

from bot import callbacks as cb
from bot.cards import Rendered, paragraphs
from bot.keyboards import keyboard, leads_to_page, opens, tap
from giving.day_reports import Figures
from services.giving_days.report_views import DayPage, Together
from services.links import Links
from texts import Html, Texts


def reported(texts: Texts, links: Links, language: str, page: DayPage, picture: bytes | None) -> Rendered:
    """To whoever runs the day: the figures, the picture to share, the page, and the table."""
    day, report = page.day, page.report
    text = paragraphs(
        texts.chat(language, "day-report", title=day.title(language)),
        _whole(texts, language, report.whole),
        texts.chat(language, "day-report-donors", new=report.new, returning=report.returning),
        texts.chat(language, "day-report-fees", fees=report.fees) if report.fees else None,
    )
    address = links.day_report(day.slug, language)
    buttons = [
        opens(texts.plain(language, "button-day-report"), address),
        opens(texts.plain(language, "button-day-csv"), links.day_report(day.slug, language, ".csv")),
    ]
    return Rendered(text, keyboard([buttons if leads_to_page(address) else []]), picture)


def together(texts: Texts, links: Links, language: str, told: Together) -> Rendered:
    """To a donor: what we did, their part, when we do it again, and whether they want to hear of that."""
    key = "day-together-part-matched" if told.matched else "day-together-part"
    text = paragraphs(
        texts.chat(language, "day-together", title=told.day.title(language)),
        _whole(texts, language, told.whole),
        texts.chat(
            language, key, part=told.given, gifts=told.gifts, **({"matched": told.matched} if told.matched else {})
        ),
        texts.chat(language, "day-together-next", day=texts.day(language, told.next_at)) if told.next_at else None,
    )
    choice = "button-day-news-off" if told.subscribed else "button-day-news-on"
    address = links.day_report(told.day.slug, language)
    report = opens(texts.plain(language, "button-day-report"), address)
    switch = tap(texts.plain(language, choice), cb.DayNews(day=told.day.id, on=not told.subscribed))
    return Rendered(text, keyboard([[report] if leads_to_page(address) else [], [switch]]))


def _whole(texts: Texts, language: str, whole: Figures) -> Html:
    if not whole.gifts:
        return texts.chat(language, "day-whole-none")
    if whole.matched:
        return texts.chat(
            language, "day-whole-matched", donors=whole.donors, given=whole.given, matched=whole.matched
        )  # fmt: skip
    return texts.chat(language, "day-whole", donors=whole.donors, given=whole.given)
