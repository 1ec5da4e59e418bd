"""Pictures to keep and to share: SVG templates with our words, drawn by resvg in a process of its own."""

from pictures.cards import CertificateCard, DayBadge, DayCard, RecapCard, ShareCard, StatementCard, StatementRow
from pictures.pictures import Pictures

__all__ = [
    "CertificateCard", "DayBadge", "DayCard", "Pictures", "RecapCard", "ShareCard", "StatementCard", "StatementRow",
]  # fmt: skip
