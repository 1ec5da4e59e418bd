"""What is refused about giving days."""

from giving.errors.base import GivingError


class DayUnknown(GivingError):
    """No giving day by this id or name."""

    message_key = "error-day-unknown"


class DayTitleNeeded(GivingError):
    """A day needs a title that can be read, in one language at least."""

    message_key = "error-day-title-needed"


class HashtagNotUnderstood(GivingError):
    """Not one word of letters, digits and underscores, or nothing but digits."""

    message_key = "error-hashtag-not-understood"


class DayProjects(GivingError):
    """Too few projects, too many, or one that is not known; args: least, most (int)."""

    message_key = "error-day-projects"


class DayAmounts(GivingError):
    """Too few suggested amounts or too many; args: least, most (int)."""

    message_key = "error-day-amounts"


class DayEndsBeforeStart(GivingError):
    """It would end before it begins, or at once; args: starts, ends (datetime)."""

    message_key = "error-day-ends-before-start"


class DayPast(GivingError):
    """It would be over already; args: ends (datetime)."""

    message_key = "error-day-past"


class DayStarted(GivingError):
    """It would have begun already: it can go live now, or begin later; args: starts (datetime)."""

    message_key = "error-day-started"


class DayTooLong(GivingError):
    """Longer than a giving day may be; args: days (int)."""

    message_key = "error-day-too-long"


class NotLonger(GivingError):
    """Extended to a time at which it would be over anyway; args: ends (datetime), when it is."""

    message_key = "error-day-not-longer"


class DaysOverlap(GivingError):
    """Another day is on at the time for one of its projects; args: title (str), starts, ends (datetime), day (UUID)."""

    message_key = "error-days-overlap"


class DayNotNow(GivingError):
    """That can't be done with a day in this state; args: state (DayState)."""

    message_key = "error-day-not-now"


class PreviewStale(GivingError):
    """The day was changed since the preview was shown: look at the new one; args: day (UUID)."""

    message_key = "error-preview-stale"


class SecondNeeded(GivingError):
    """So many people are not told by one admin alone; args: people, limit (int)."""

    message_key = "error-second-needed"


class SecondIsYou(GivingError):
    """Who asked for a second admin's word can't give it."""

    message_key = "error-second-is-you"


class NobodyAsked(GivingError):
    """There is nothing to confirm: nobody asked, or the day was changed since."""

    message_key = "error-nobody-asked"


class TimeNotUnderstood(GivingError):
    """Not a date and a time as we ask for them."""

    message_key = "error-time-not-understood"


class MonthDayNotUnderstood(GivingError):
    """Not a day of the month, 1 to 31."""

    message_key = "error-month-day-not-understood"


class ReportNotYet(GivingError):
    """The day is not over, or its report is being made; args: closes (datetime)."""

    message_key = "error-report-not-yet"
