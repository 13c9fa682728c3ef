"""From text to clean text."""
