"""Certificates, looks back and statements that can't be had."""

from giving.errors.base import GivingError


class CertificateUnknown(GivingError):
    """There is none of this number, or it is somebody else's."""

    message_key = "error-certificate-unknown"


class YearUnknown(GivingError):
    """No year that can be looked back at; args: first, last (int)."""

    message_key = "error-year-unknown"


class RecapUnknown(GivingError):
    """Nothing was given in this year, or its page is not public (which only the web says)."""

    message_key = "error-recap-unknown"


class DatesNotUnderstood(GivingError):
    """No year, nor two dates, the first not after the second; args: first (str, a year), example (str)."""

    message_key = "error-dates-not-understood"


class NothingInDates(GivingError):
    """No gift was paid in these dates; args: first, last (date)."""

    message_key = "error-nothing-in-dates"
