"""Live feeds: subscribed once, polled politely, each item fetched once and read as an article."""
