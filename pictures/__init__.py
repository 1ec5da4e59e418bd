"""Pictures to keep and to share: SVG templates with our words, drawn by resvg in a process of its own."""

from pictures.cards import DayBadge, DayCard, ShareCard
from pictures.pictures import Pictures

__all__ = ["DayBadge", "DayCard", "Pictures", "ShareCard"]
