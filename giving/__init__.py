"""The rules of giving: pure functions and frozen dataclasses; time, ids and amounts come in as arguments."""
