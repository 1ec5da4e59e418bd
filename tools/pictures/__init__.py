"""Plays the demo and every screen of the bot, and takes their pictures."""
