"""A day's report as a table for spreadsheets. Pure: one row for each line and currency, amounts with a point."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from giving.day_reports import Figures
from giving.money import Money
from giving.projects import in_language
from services.export_formats import harmless, said
from services.giving_days.report_views import CreatorLine, DayPage
from texts import Texts

COLUMNS: Final = ("section", "name", "begins", "gifts", "donors", "given", "matched", "currency")
Row = tuple[str, ...]


def csv_of(page: DayPage, texts: Texts, language: str) -> str:
    """Sections: day, figure, project, creator, hour, earlier. Gifts and donors stand once, in a line's first currency.

    Names are in this language, the rest is the same in every one; times are on the operator's clock, with its offset.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for rows in (_whole(page, texts, language), _parts(page, texts, language), _beside(page, texts, language)):
        writer.writerows(rows)
    return file.getvalue()


def _whole(page: DayPage, texts: Texts, language: str) -> Iterator[Row]:
    report, day = page.report, page.day
    yield from _rows(report.currency, ("day", day.title(language), _at(day.starts_at, texts)), report.whole)
    yield "figure", "new donors", "", "", str(report.new), "", "", ""
    yield "figure", "returning donors", "", "", str(report.returning), "", "", ""
    if report.median is not None:
        yield "figure", "median gift", "", "", "", _amount(report.median), "", report.median.currency
    for fee in report.fees:
        yield "figure", "fees paid by the operator", "", "", "", _amount(fee), "", fee.currency


def _parts(page: DayPage, texts: Texts, language: str) -> Iterator[Row]:
    main = page.report.currency
    for line in page.projects:
        yield from _rows(main, ("project", line.project.title(language), ""), line.figures)
    for creator in page.creators:
        yield from _rows(main, ("creator", called(creator, texts, language), ""), creator)


def _beside(page: DayPage, texts: Texts, language: str) -> Iterator[Row]:
    for hour in page.report.hours:
        yield "hour", "", _at(hour.begins, texts), str(hour.gifts), "", _amount(hour.given), "", hour.given.currency
    for one in page.report.earlier:
        name = ("earlier", in_language(one.titles, language), _at(one.starts_at, texts))
        yield from _rows(page.report.currency, name, one.whole)


def called(line: CreatorLine, texts: Texts, language: str) -> str:
    """A creator's public name; how many the others are, or that nobody called."""
    if line.name is not None:
        return line.name
    if line.number:
        return texts.plain(language, "web-report-others", number=line.number)
    return texts.plain(language, "web-report-nobody")


def _rows(main: str, name: tuple[str, str, str], its: Figures | CreatorLine) -> Iterator[Row]:
    """The day's currency first, then every other that was given or added."""
    given, added = ({amount.currency: amount for amount in amounts} for amounts in (its.given, its.matched))
    section, called, begins = name
    for place, currency in enumerate(dict.fromkeys((main, *given, *added))):
        none = Money(0, currency)
        counts = (str(its.gifts), "" if its.donors is None else str(its.donors)) if place == 0 else ("", "")
        sums = _amount(given.get(currency, none)), _amount(added.get(currency, none))
        yield section, harmless(called), begins, *counts, *sums, currency


def _amount(amount: Money) -> str:
    return said(amount).split(" ")[0]


def _at(moment: datetime, texts: Texts) -> str:
    return moment.astimezone(texts.zone).isoformat(timespec="minutes")
