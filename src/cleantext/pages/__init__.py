"""From bytes to main content and metadata."""
