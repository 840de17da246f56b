"""Which rates win, and on what evidence."""
