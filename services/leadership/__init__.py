"""One process of all leads: it sends, edits, deletes and sweeps. What it writes holds only while its epoch does.

A *term* is the time one process leads under one epoch. Whatever runs in a term's name (`while_leading`) finds the term
in its context: `write` refuses without one, and no term that ended can write anything.
"""

from services.leadership.leader import Leadership, NotLeading, Write, own_name
from services.leadership.terms import Part, in_nobodys_name

__all__ = ["Leadership", "NotLeading", "Part", "Write", "in_nobodys_name", "own_name"]
