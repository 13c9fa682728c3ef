"""cleantext inside other people's pipelines: one module a library, each imported by those who use it.

`columns` is what they share: values of a column in, columns of clean text out, failures beside them.
"""
