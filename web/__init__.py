"""Pages anyone may read, and the door where payment providers knock. Knows no bot."""
