"""Checks recordings line by line and digest by digest, and mends what crashes left of them."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.format import (
    HEADER_START,
    LINE_LIMIT,
    Footer,
    is_sound,
    read_footer,
)
from replayer_qt.adapters.journal.hold import is_being_written
from replayer_qt.adapters.journal.mending import Finding, mend_file
from replayer_qt.adapters.journal.plain_file import open_file
from replayer_qt.adapters.journal.raw import raw_path, read_raw
from replayer_qt.adapters.journal.sealed import check_packed, is_packed, open_plain
from replayer_qt.adapters.journal.sealed_format import SealFacts, facts_of
from replayer_qt.adapters.journal.sealed_mending import mend_packed, mend_sealing
from replayer_qt.adapters.library.crew import Crew, Failed
from replayer_qt.adapters.library.ground import Ground, IsCancelled, Tell
from replayer_qt.adapters.library.indexing import Indexed, index_file
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.library_answers import FileReport, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import Verify
from replayer_qt.core.units import NANOS_PER_SECOND

CHECKING: Final = "Verifying"
REPAIRING: Final = "Repairing"

_TOLD: Final = 100
_IN_HAND: Final = "it is being written; only what it held by now was checked"
_EXCHANGED: Final = (
    "its content is not what its writer closed: sound lines were exchanged or left out"
)
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What checking one file found.

    Attributes:
        indexed: what the file is now, and its rounds.
        damage: each place that is not as it should be, in plain words.
        in_hand: whether somebody is writing it, so that it has no end yet.
    """

    indexed: Indexed
    damage: tuple[str, ...] = ()
    in_hand: bool = False


def verify_files(job: Verify, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Read files whole and check them; mend first what can be mended, if that is wanted.

    A file that somebody writes is never changed. What the library knows of a file is renewed
    when it was repaired, or is not what was known.

    Raises:
        CatalogueUnusable: from the catalogue; what was repaired is repaired.
    """
    begun = ground.clock.monotonic()
    title = REPAIRING if job.repair else CHECKING
    mended = _mend_all(job, ground) if job.repair else {}
    known = {entry.path: entry for entry in ground.catalogue.files()}
    reports: list[FileReport] = []
    changed = bool(mended)
    paths = [Path(mended.get(path, (path, None))[0]) for path in job.paths]
    with Crew(ground.settings.processes) as crew:
        for path, checked in crew.each(check_file, paths, is_cancelled):
            number = len(reports)
            tell(_progress(job.ticket, title, number, len(paths), path))
            named = job.paths[number]
            if isinstance(checked, Failed):
                reports.append(FileReport(path=named, outcome="failed", problem=checked.reason))
                continue
            finding = mended[named][1] if named in mended else None
            reports.append(_report(named, checked, finding))
            entry = known.get(str(Path(named).absolute()))
            if entry is not None and entry != checked.indexed.file:
                changed = True
                _renew(checked, entry.path, ground)
    ended_early = len(reports) < len(paths)
    return JobEnded(
        ticket=job.ticket,
        title=title,
        state=JobState.CANCELLED if ended_early else JobState.DONE,
        said=_said(reports),
        files=tuple(reports),
        changed=changed,
        took_s=(ground.clock.monotonic() - begun) / NANOS_PER_SECOND,
    )


def check_file(path: Path) -> Checked:
    """Read a file whole, plain or packed, and check every line, frame, digest and message of it.

    Never raises for what is in a file, or is not there. Does not change anything.
    """
    in_hand = _is_in_hand(path)
    indexed = index_file(path)
    if indexed.file.problem:
        return Checked(indexed=indexed)
    if in_hand:
        return Checked(indexed=indexed, damage=(_IN_HAND,), in_hand=True)
    damage = list(indexed.damage)
    try:
        if not damage and is_packed(path):
            damage += [place.what for place in check_packed(path)]
        if not damage and indexed.file.format == "journal":
            damage += _closing_faults(path)
    except (OSError, RecordingUnreadable) as error:
        damage.append(str(error))
    return Checked(indexed=indexed, damage=tuple(damage[:_TOLD]))


def closing_fault(path: Path) -> str:
    """Return what the end of one of our journals belies, in plain words; empty if nothing.

    Lines are told damaged without it; this also finds sound lines that were exchanged, and
    messages as they came that are missing beside it.

    Raises:
        OSError: it cannot be read.
        RecordingUnreadable: it unpacks to absurd sizes.
    """
    return "; ".join(_closing_faults(path))


def mend_one(path: Path) -> Finding | None:
    """Mend one of our journals that has no end, or a damaged packed file; None if there is none.

    A file that is no journal of ours, or is finished, is not touched, nor is one that somebody
    writes, which is said. Never raises.
    """
    try:
        if is_packed(path):
            return mend_packed(path, _facts)
        with open_file(path) as file:
            ours = file.read(len(HEADER_START)) == HEADER_START
    except OSError:
        return None  # reading it will say why
    return mend_file(path) if ours else None


def _facts(path: Path) -> SealFacts:
    found = index_file(path)
    return facts_of(found.file, found.rounds)


def _mend_all(job: Verify, ground: Ground) -> dict[str, tuple[str, Finding]]:
    """Return where each file that was mended lies now, and what was done."""
    found: dict[str, tuple[str, Finding]] = {}
    for named in job.paths:
        path = Path(named)
        finding = mend_one(path)
        if finding is not None:
            found[named] = (named, finding)
    folders = {Path(named).parent for named in job.paths}
    for folder in sorted(folders):
        if not folder.is_relative_to(ground.recordings) or folder == ground.recordings:
            continue
        for finding in mend_sealing(folder):
            plain = finding.path.removesuffix(".zst")
            meant = [one for one in job.paths if one in {plain, finding.path}]
            if finding.status == "repaired" and Path(finding.path).exists():
                found.update(dict.fromkeys(meant, (finding.path, finding)))
    return found


def _renew(checked: Checked, before: str, ground: Ground) -> None:
    if not Path(before).exists():
        ground.catalogue.forget([before])
        ground.columns.forget([before])
    if checked.indexed.file.problem:
        return  # what was known of it is all that there is now
    ground.catalogue.put(checked.indexed.file, checked.indexed.rounds)
    ground.columns.put(checked.indexed.file, checked.indexed.columns)


def _is_in_hand(path: Path) -> bool:
    try:
        return is_being_written(path)
    except OSError:
        return False  # reading it will say why


def _closing_faults(path: Path) -> list[str]:
    digest, line = hashlib.sha256(), b""
    with open_plain(path) as file:
        while following := file.readline(LINE_LIMIT):
            digest.update(line)
            line = following
    footer = _footer_in(line)
    if footer is None:
        return []
    faults = [] if footer.sha256 == digest.hexdigest() else [_EXCHANGED]
    beside = raw_path(path)
    if footer.raw and beside.exists():  # tidying may have taken it
        count = _count_messages(beside)
        if count < footer.raw:
            faults.append(
                f"only {count} of {footer.raw} messages as they came can be read in {beside.name}"
            )
    return faults


def _footer_in(line: bytes) -> Footer | None:
    if not is_sound(line.removesuffix(b"\n")):
        return None
    try:
        return read_footer(line)
    except _UNREADABLE:
        return None


def _count_messages(path: Path) -> int:
    try:
        return sum(1 for _ in read_raw(path))
    except RecordingUnreadable:
        return 0


def _report(named: str, checked: Checked, finding: Finding | None) -> FileReport:
    file = checked.indexed.file
    repaired = finding is not None and finding.status == "repaired"
    gone = repaired and bool(file.problem) and not Path(file.path).exists()
    damage = checked.damage
    if finding is not None:
        damage = (finding.what, *damage)[:_TOLD]
    return FileReport(
        path=named,
        outcome=_outcome(checked, repaired=repaired, gone=gone),
        format=file.format,
        rounds=len(checked.indexed.rounds),
        ticks=sum(one.ticks for one in checked.indexed.rounds),
        bad_lines=file.bad_lines,
        recovered_lines=file.recovered_lines,
        damage=damage,
        problem="" if gone else file.problem,
    )


def _outcome(checked: Checked, *, repaired: bool, gone: bool) -> str:
    if gone:
        return "repaired"
    if checked.indexed.file.problem:
        return "failed"
    if checked.damage and not checked.in_hand:
        return "damaged"
    return "repaired" if repaired else "sound"


def _progress(ticket: int, title: str, done: int, total: int, path: Path) -> Progress:
    return Progress(ticket=ticket, title=title, done=done, total=total, at=path.name)


def _said(reports: Sequence[FileReport]) -> str:
    counts = [
        f"{count:,} {outcome}"
        for outcome in ("sound", "repaired", "damaged", "failed")
        if (count := _count(reports, outcome))
    ]
    return f"{', '.join(counts)}." if counts else "Nothing was checked."


def _count(reports: Iterable[FileReport], outcome: str) -> int:
    return sum(report.outcome == outcome for report in reports)
