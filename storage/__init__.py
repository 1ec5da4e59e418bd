"""The only place with SQL: tables, units of work, and one store per feature, on SQLite and PostgreSQL alike."""
