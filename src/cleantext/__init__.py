"""cleantext turns scraped web pages and text dumps into clean, unique text."""
