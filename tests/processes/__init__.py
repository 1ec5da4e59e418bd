"""Real processes for tests: a sandbox, the bot, the command line, and people who act over the sandbox's user API.

Nothing is mocked and nothing is shared with the test but files, sockets and signals. Whatever a test starts is ended
with it; what the processes wrote stays in the test's folder and is part of every failure.
"""

from tests.processes.basics import ROOT, Answer, database_on, environment, fetch, free_port, is_open, together, until
from tests.processes.people import ADMIN, BOT, CHANNEL, CREATOR, FOLLOWER, Message, Persona, words
from tests.processes.programs import Program, command
from tests.processes.stage import PROJECTS, Stage, write_seed
from tests.processes.ways import is_card, pay, pay_url, publish, switch_on, tip

__all__ = [
    "ADMIN", "BOT", "CHANNEL", "CREATOR", "FOLLOWER", "PROJECTS", "ROOT",
    "Answer", "Message", "Persona", "Program", "Stage",
    "command", "database_on", "environment", "fetch", "free_port", "is_card", "is_open", "pay", "pay_url", "publish",
    "switch_on", "tip", "together", "until", "words", "write_seed",
]  # fmt: skip
