"""Kills programs that pack recordings at random moments and prints what is left, as JSON.

Run as a process of its own, for it forks:
`python -m tests.torture.killed_sealer FOLDER KILLS SEED [naive]`.
"""

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import zstandard

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.sealed import check_packed, read_plain
from replayer_qt.adapters.journal.sealed_format import facts_of, sealed_path
from replayer_qt.adapters.journal.sealed_mending import mend_sealing
from replayer_qt.adapters.journal.sealed_packing import pack_bytes, seal, unseal
from replayer_qt.adapters.library.indexing import index_file
from replayer_qt.core.errors import RecordingUnreadable
from tests.helpers.sealed import PACKED, closed_journal

FILES = 12
FOREIGN = [b'{"type":"tick","tick":%d}\n' % number * 400 for number in range(6)]


class Slow(RealDisk):
    """Gives a kill more moments to fall between two calls."""

    def __init__(self, draw: random.Random) -> None:
        super().__init__()
        self._draw = draw

    def write(self, fd: int, data: bytes | memoryview) -> int:
        time.sleep(self._draw.random() * 0.0004)
        return super().write(fd, bytes(data)[: self._draw.choice([97, 1 << 20])])

    def rename(self, path: Path, target: Path) -> None:
        super().rename(path, target)
        time.sleep(self._draw.random() * 0.0008)

    def remove(self, path: Path) -> None:
        super().remove(path)
        time.sleep(self._draw.random() * 0.0004)


class Lazy(Slow):
    """A mutant: never waits for the disk."""

    def sync(self, fd: int) -> None:
        """Believe that it is there."""

    def sync_folder(self, path: Path) -> None:
        """Believe that it is there."""


def naive(paths: list[Path], disk: RealDisk) -> None:
    """A mutant: takes the plain file away, then writes the packed one, in its place at once."""
    for path in paths:
        data = read_plain(path)
        disk.remove(path)
        fd = disk.open_new(sealed_path(path))
        packed = zstandard.ZstdCompressor().compress(data)
        for at in range(0, len(packed), 500):
            disk.write(fd, packed[at : at + 500])
        disk.close(fd)


def work(paths: list[Path], imported: Path, draw: random.Random, mutant: str = "") -> None:
    """Pack, import and unpack until killed."""
    disk = Lazy(draw) if mutant == "lazy" else Slow(draw)
    while True:
        if mutant == "naive":
            naive(paths, disk)
            return
        for path in paths:
            seal(path, lambda plain: facts_of(*_told(plain)), disk)
        for number, data in enumerate(FOREIGN):
            pack_bytes(data, imported / f"{number}.jsonl.zst", PACKED, disk)
        for path in paths:
            unseal(sealed_path(path), disk)
        for target in imported.iterdir():
            disk.remove(target)


def _told(path: Path) -> tuple[object, object]:
    found = index_file(path)
    return found.file, found.rounds


def one_kill(paths: list[Path], imported: Path, draw: random.Random, mutant: str) -> None:
    child = os.fork()
    if child == 0:
        try:
            work(paths, imported, random.Random(draw.random()), mutant)
        finally:
            os._exit(1)
    time.sleep(draw.uniform(0.001, 0.12))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def left(folder: Path, paths: list[Path], digests: list[str], imported: Path) -> dict[str, int]:
    """Count what is wrong, before and after mending."""
    counts = dict.fromkeys(("lost", "changed", "damaged", "twice", "begun", "broken_imports"), 0)
    for path, digest in zip(paths, digests, strict=True):
        forms = [form for form in (path, sealed_path(path)) if form.exists()]
        counts["lost"] += not forms
        counts["changed"] += sum(digest_of(form) != digest for form in forms)
        counts["damaged"] += sum(_is_damaged(form) for form in forms)
        counts["twice"] += len(forms) == 2
    counts["begun"] = sum(1 for _ in folder.rglob("*.part-*"))
    for target in imported.glob("*.zst"):
        whole = not check_packed(target) and read_plain(target) in FOREIGN
        counts["broken_imports"] += not whole
    findings = mend_sealing(folder)
    counts["unmended"] = sum(finding.status != "repaired" for finding in findings)
    counts["unmended"] += sum(1 for _ in folder.rglob("*.part-*")) + len(mend_sealing(folder))
    for path, digest in zip(paths, digests, strict=True):
        forms = [form for form in (path, sealed_path(path)) if form.exists()]
        counts["unmended"] += len(forms) != 1 or digest_of(forms[0]) != digest
    return counts


def _is_damaged(path: Path) -> bool:
    try:
        return bool(read_journal(path).damage)
    except RecordingUnreadable:
        return True


def digest_of(path: Path) -> str:
    """Return the digest of a recording's content, packed or plain."""
    return hashlib.sha256(read_plain(path)).hexdigest()


def main(folder: Path, kills: int, seed: int, mutant: str = "") -> None:
    draw = random.Random(seed)
    imported = folder / "imported" / "X"
    imported.mkdir(parents=True)
    paths = [
        closed_journal(folder, draw.choice([20, 200, 1500]), f"r-{number}")
        for number in range(FILES)
    ]
    digests = [digest_of(path) for path in paths]
    totals: dict[str, int] = {}
    for _ in range(kills):
        one_kill(paths, imported, draw, mutant)
        for name, count in left(folder, paths, digests, imported).items():
            totals[name] = totals.get(name, 0) + count
    sys.stdout.write(json.dumps({"kills": kills, "files": FILES, **totals}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
