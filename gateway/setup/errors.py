"""What set-up cannot do, each with the exact thing to do about it.

SetupError
    NotPrepared    a server is asked for that no place holds
    SourceFailed   one source (release, Go build, wheel) gave nothing; the next source is tried
    SetupFailed    everything was tried; the message lists what, and what to do
"""


class SetupError(Exception):
    """Something of the project's ground is missing."""


class NotPrepared(SetupError):
    """A server or tool is neither on PATH nor in the cache."""


class SourceFailed(SetupError):
    """One source of a server gave nothing. The message says why, in one line."""


class SetupFailed(SetupError):
    """Set-up ended without all that was asked. The message is what a person needs to read."""
