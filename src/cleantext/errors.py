"""Every exception cleantext raises on purpose, named by who has to act.

CleantextError
├── ConfigError(ValueError)             the caller fixes the configuration
├── StageMismatchError(ValueError)      an artefact or index was made by another configuration or version
├── DocumentError                       nobody: counted, its reason stored in failed.jsonl, the run goes on
│   ├── DecodeError                     the bytes are not text
│   ├── ParseError                      the record or page cannot be read
│   └── LimitExceededError              larger, deeper or slower than the limits allow
├── GuardError                          a guard stopped the run before anything was written
├── StoreError                          an index store is unreachable, locked or damaged
├── EngineError                         the operator: the run itself is broken
└── MissingDependencyError(ImportError) the message ends with the pip line that installs it
"""

from __future__ import annotations


class CleantextError(Exception):
    """Base of everything raised on purpose."""


class ConfigError(CleantextError, ValueError):
    """The configuration or the call is wrong; the message lists every problem found, one a line."""


class StageMismatchError(CleantextError, ValueError):
    """An artefact was made by another configuration or version; the message names the first difference."""


class DocumentError(CleantextError):
    """One document cannot be processed; others can."""


class DecodeError(DocumentError):
    """The bytes are not text in any encoding we know."""


class ParseError(DocumentError):
    """The record or page cannot be read."""


class LimitExceededError(DocumentError):
    """The document is larger, deeper or slower than the limits allow."""


class GuardError(CleantextError):
    """A guard stopped the run before anything was written."""


class StoreError(CleantextError):
    """An index store is unreachable, locked or damaged; `retry` says whether trying again later may help."""

    def __init__(self, message: str, *, retry: bool = False) -> None:
        super().__init__(message)
        self.retry = retry


class EngineError(CleantextError):
    """The run itself is broken: a worker died or the counts do not balance."""


class MissingDependencyError(CleantextError, ImportError):
    """An optional dependency is absent; the message ends with the pip line."""
