"""Bots as others would write them, on python-telegram-bot. Nothing in them knows the sandbox but its address."""
