"""From paragraphs to clusters."""
