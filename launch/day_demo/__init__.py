"""`main.py demo --giving-day`: a whole giving day played against the sandbox, and its figures compared."""

from launch.day_demo.run import Played, Size, play_day

__all__ = ["Played", "Size", "play_day"]
