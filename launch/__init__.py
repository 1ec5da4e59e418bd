"""The composition root behind main.py's commands: builds the service from settings and runs it; sees everything."""
