"""Backups of either database: one file that its own tools can read too, and that says at its end what it is."""

from collections.abc import Callable

Progress = Callable[[int, int], None]  # bytes (or steps) done, of how many


class BackupRefused(Exception):
    """It can't be done, and nothing was changed; str() says in a line why, and what to do."""
