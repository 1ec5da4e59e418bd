"""Use cases: the order of things. Record, commit, then call who is outside."""
