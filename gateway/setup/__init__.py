"""Finds and prepares what the project runs on: the virtual environment, servers and tools.

Standard library only, because it runs with the system's Python before anything is installed.
What is pinned stands in servers.json and requirements*.txt; README.md here tells how each is verified.
"""

from gateway.setup.errors import NotPrepared, SetupFailed
from gateway.setup.finding import find
from gateway.setup.preparing import prepare

__all__ = ["NotPrepared", "SetupFailed", "find", "prepare"]
