"""Words a person reads: Fluent messages, money and dates, for chat, web and pictures alike."""

from texts.markup import Html, escaped, link
from texts.messages import TextMissing, Texts

__all__ = ["Html", "TextMissing", "Texts", "escaped", "link"]
