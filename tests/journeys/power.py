"""A disk of its own whose power can be cut: what was not synced is gone, what was is there.

A file with ext4 on a loop device. The cut is the kernel's own EXT4_IOC_SHUTDOWN without a flush of the journal, which
file systems are tested with: from that instant no byte reaches the device and every write fails; the pages that were
not written are dropped with the mount, and the next mount recovers the journal. It does not model a device that loses
what it said it had flushed. Needs root, a loop device and mkfs.ext4; a test elsewhere reports why it was not run.
"""

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.servers import wait_until

SIZE: Final = 2 * 1024**3  # sparse: only what is written takes room
_SHUTDOWN: Final = 0x8004587D  # EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32)
_WITHOUT_FLUSH: Final = struct.pack("I", 2)  # EXT4_GOING_FLAGS_NOLOGFLUSH


@dataclass(frozen=True, slots=True)
class PoweredDisk:
    """A mounted file system at `place`."""

    image: Path
    place: Path

    def settle(self) -> None:
        """Everything so far is on the device, as it is long after an installation."""
        subprocess.run(["sync", "--file-system", self.place], check=True)

    def cut(self) -> None:
        """From now on nothing reaches the device."""
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, _WITHOUT_FLUSH)
        finally:
            os.close(handle)

    def power_on(self) -> None:
        """After every process that used it is gone: what the device has is all there is."""
        wait_until(self._unmounted, "unmounting", 60)
        self.mount()

    def mount(self) -> None:
        done = subprocess.run(
            ["mount", "-o", "loop", self.image, self.place], capture_output=True, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"not run: no loop device with ext4: {done.stderr.decode().strip()}")

    def _unmounted(self) -> bool:
        return subprocess.run(["umount", self.place], capture_output=True, check=False).returncode == 0


@contextmanager
def powered_disk(folder: Path) -> Iterator[PoweredDisk]:
    """Mounted below `folder`. Ends the test as not run where that cannot be done."""
    if os.geteuid() != 0:
        pytest.skip("not run: mounting a file system needs root")
    maker = shutil.which("mkfs.ext4", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if maker is None:
        pytest.skip("not run: there is no mkfs.ext4")
    disk = PoweredDisk(folder / "disk.img", folder / "disk")
    with disk.image.open("wb") as file:
        file.truncate(SIZE)
    subprocess.run([maker, "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", disk.image], check=True)
    disk.place.mkdir()
    disk.mount()
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk.place], check=True)
