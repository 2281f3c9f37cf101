"""Where files cost no disk: a database of three hundred files is copied ten times as fast."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - only folders of a name nobody knows are made there
ENOUGH = 4 * 1024**3  # bytes: the servers of two workers and the homes they have open, twice


def roomy_memory() -> Path | None:
    """The file system in memory, where there is one with room enough; containers often have a tiny one."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ENOUGH:
        return None
    return MEMORY
