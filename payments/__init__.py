"""Ways to pay: the port (provider.py) and one file per rail; nothing else knows a provider."""
