"""Why a start ends: what main.py says in one line and exit code 2."""


class StartFailed(Exception):
    """The service can't start, or can't go on until somebody changes a setting; str() is one line per problem."""
