"""Cuts the power of a file system while recordings are packed on it; prints what is left, as JSON.

Needs Linux, root, ext4 and a loop device; forks, so it is a process of its own:
`python -m tests.torture.cut_sealer FOLDER CUTS SEED [lazy]`.
"""

import contextlib
import fcntl
import json
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.helpers.sealed import closed_journal
from tests.torture.killed_sealer import digest_of, left, work
from tests.torture.power_cut import SHUT_DOWN, WITHOUT_FLUSHING_THE_LOG, mounted

FILES = 6


def flush_beside(path: Path) -> None:
    """Flush another file all the time, as a recorder does: the names of all files go with it."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"tick")
            os.fsync(file.fileno())
            time.sleep(0.003)


def one_cut(image: Path, place: Path, draw: random.Random, mutant: str) -> dict[str, int]:
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, timeout=20)  # noqa: S603, S607
    folder = place / "in"
    imported = folder / "imported" / "X"
    with mounted(image, place):
        imported.mkdir(parents=True)
        paths = [
            closed_journal(folder, draw.choice([20, 200, 900]), f"r-{number}")
            for number in range(FILES)
        ]
        digests = [digest_of(path) for path in paths]
        os.sync()
        child = os.fork()
        if child == 0:
            try:
                threading.Thread(target=flush_beside, args=(place / "other",), daemon=True).start()
                work(paths, imported, random.Random(draw.random()), mutant)
            finally:
                os._exit(1)
        time.sleep(draw.uniform(0.01, 0.9))
        whole = os.open(place, os.O_RDONLY)
        fcntl.ioctl(whole, SHUT_DOWN, struct.pack("I", WITHOUT_FLUSHING_THE_LOG))
        os.close(whole)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with mounted(image, place):
        return left(folder, paths, digests, imported)


def main(folder: Path, cuts: int, seed: int, mutant: str = "") -> None:
    draw = random.Random(seed)
    image, place = folder / "image", folder / "mounted"
    place.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    totals: dict[str, int] = {}
    for _ in range(cuts):
        for name, count in one_cut(image, place, draw, mutant).items():
            totals[name] = totals.get(name, 0) + count
    sys.stdout.write(json.dumps({"cuts": cuts, "files": FILES, **totals}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
