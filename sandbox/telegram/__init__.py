"""The Bot API: what a bot may call, in the words Telegram answers with."""
