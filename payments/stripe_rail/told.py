"""What a look-up found, as bodies for the inbox: they are kept, and read again, as webhooks are."""

from dataclasses import replace
from typing import Final

import msgspec

from giving.payments import RailEvent
from payments.provider import BadEvent

MARK: Final = '{"found":'


class _Told(msgspec.Struct):
    """The whole of a body; `found` comes first, by which it is known from Stripe's own."""

    found: RailEvent
    livemode: bool


_DECODER: Final = msgspec.json.Decoder(_Told)


def body_of(event: RailEvent, *, livemode: bool) -> str:
    """The event, to be read by `event_in`; its id says what it tells, and is the same at every look."""
    suffix = "_thin" if event.thin else ""
    named = replace(event, event_id=f"found_{event.their_id}_{event.kind}{suffix}")
    return msgspec.json.encode(_Told(named, livemode)).decode()


def is_found(body: str) -> bool:
    """Whether it is one of these."""
    return body.startswith(MARK)


def event_in(body: str, *, livemode: bool) -> RailEvent:
    """The event of a body that `body_of` made. Raises: BadEvent."""
    try:
        told = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise BadEvent(f"not an event that was found: {type(error).__name__}") from error
    if told.livemode is not livemode:
        raise BadEvent("test mode and live mode don't mix: livemode differs from rails.stripe.livemode")
    if told.found.occurred_at.tzinfo is None:
        raise BadEvent("a time without its zone")
    return told.found
