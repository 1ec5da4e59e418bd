"""The service: what it is built of (building), its pages, its database, and how it runs and stops (running)."""
