"""The user API: what a person does in Telegram, for the chat page and for scripts."""
