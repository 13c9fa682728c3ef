"""Who runs the pipeline, and where."""
