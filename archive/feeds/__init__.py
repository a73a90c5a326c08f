"""Live feeds: subscribe once, poll politely, fetch each item once and read it as an article."""
