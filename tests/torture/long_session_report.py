"""What a long session came to: figures, a page of them, and what is wrong with them."""

import gc
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from tests.torture.long_session_hands import Hands
from tests.torture.long_session_truth import Compared
from tests.torture.long_session_watch import GAP_MS, Gap, Second, Watch

MIB = 2**20
SHOWN = 12


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What is still well.

    Attributes:
        slope: growth of resident memory over the second half [MiB an hour of the market].
        threads: more of them at the end than before.
        files: more open handles at the end than before.
        gap: the worst gap of the main thread [ms]; 0 for any.
    """

    slope: float = 1.0
    threads: int = 2
    files: int = 4
    gap: float = 0.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a session.

    Attributes:
        seconds: how long it was watched [s].
        code: how the program ended.
        ended_s: how long it ran with start and end [s].
        compared: what was recorded against what was played.
        slope: growth of resident memory over the second half [MiB/h].
        market_slope: the same for an hour of the exchange's time [MiB/h].
        first_mib: resident memory at first [MiB].
        last_mib: at the end [MiB].
        threads: fewest in the second and in the last quarter.
        files: the same of open handles.
        children: most processes below it at once.
        widgets: fewest in the second and in the last quarter.
        wrapped: the same of Qt's objects that Python knows.
        items: of graphics scenes, at first and at the end.
        gap_p99_ms: of all beats [ms], by the worst second's and by the middle second's.
        gap_ms: the worst [ms].
        own_p99_ms, own_ms: the same without the time in which others had the processors [ms].
        gaps: beats later than 33 ms.
        gaps_100: beats later than 100 ms by the program's own doing.
        computed_ms: the longest that the main thread computed at once [ms].
        computed_33: how often that was more than 33 ms.
        pixel_p50_ms: from tick to pixel, the 99th percentile of the middle second [ms].
        pixel_p99_ms: of the worst second but one in a hundred [ms].
        ticks: ticks that reached the window.
        shed: events left out on the way to the engine.
        merged: advances that shared a frame.
        frames: frames shown.
        lag_ms: the recorder's worst [ms].
        steps: of hands.
        turn_ms: how long another thread may compute while the main one wants its turn [ms].
        unseen: objects that the collector does not look at.
        complaints: warnings and errors in the log.
        page: all of it for people.
    """

    seconds: float
    code: int
    ended_s: float
    compared: Compared
    slope: float
    market_slope: float
    first_mib: float
    last_mib: float
    threads: tuple[int, int]
    files: tuple[int, int]
    children: int
    widgets: tuple[int, int]
    wrapped: tuple[int, int]
    items: tuple[int, int]
    gap_p99_ms: tuple[float, float]
    gap_ms: float
    own_p99_ms: tuple[float, float]
    own_ms: float
    gaps: int
    gaps_100: int
    computed_ms: float
    computed_33: int
    pixel_p50_ms: float
    pixel_p99_ms: float
    ticks: int
    shed: int
    merged: int
    frames: int
    lag_ms: float
    steps: int
    turn_ms: float
    unseen: int
    complaints: tuple[str, ...]
    page: tuple[str, ...]


def report(
    watch: Watch,
    hands: Hands,
    compared: Compared,
    *,
    code: int,
    took_s: float,
    speed: float,
    grown: Sequence[str],
    log: Path,
) -> Report:
    """Return the figures of a session that is over."""
    seconds = watch.seconds
    slope = slope_of(seconds)
    first, last = watch.censuses[0], watch.censuses[-1]
    pixel = [each.pixel_ms for each in seconds if each.pixel_ms]
    found = Report(
        seconds=seconds[-1].at_s,
        code=code,
        ended_s=round(took_s, 1),
        compared=compared,
        slope=round(slope, 2),
        market_slope=round(slope / speed, 3),
        first_mib=round(seconds[0].rss / MIB, 1),
        last_mib=round(seconds[-1].rss / MIB, 1),
        threads=_least(seconds, lambda one: one.threads),
        files=_least(seconds, lambda one: one.files),
        children=max(one.children for one in seconds),
        widgets=_least(seconds, lambda one: one.widgets),
        wrapped=_least(seconds, lambda one: one.wrapped),
        items=(first.items, last.items),
        gap_p99_ms=(
            max(one.p99_ms for one in seconds),
            float(np.median([one.p99_ms for one in seconds])),
        ),
        gap_ms=max(one.worst_ms for one in seconds),
        own_p99_ms=(
            max(one.own_p99_ms for one in seconds),
            float(np.median([one.own_p99_ms for one in seconds])),
        ),
        own_ms=max(one.own_worst_ms for one in seconds),
        gaps=watch.gaps_told,
        computed_ms=max((gap.cpu_ms for gap in watch.gaps), default=0.0),
        computed_33=sum(gap.cpu_ms > GAP_MS for gap in watch.gaps),
        gaps_100=sum(gap.long_ms - gap.waited_ms > 100 for gap in watch.gaps),
        pixel_p50_ms=round(float(np.median(pixel)), 2) if pixel else 0.0,
        pixel_p99_ms=round(float(np.percentile(pixel, 99)), 2) if pixel else 0.0,
        ticks=seconds[-1].ticks,
        shed=seconds[-1].shed,
        merged=seconds[-1].merged,
        frames=seconds[-1].frames,
        lag_ms=max(one.lag_ms for one in seconds),
        steps=hands.steps,
        turn_ms=sys.getswitchinterval() * 1000,
        unseen=gc.get_freeze_count(),
        complaints=_complaints(log),
        page=(),
    )
    page = [
        *_figures(found),
        *_memory(seconds),
        f"free memory that the allocator held at the end: {last.trimmed / MIB:.1f} MiB",
        *_gaps(list(watch.gaps)),
        *_more(first.kinds, last.kinds, "what the collector knows"),
        *_more(first.wrapped, last.wrapped, "Qt's objects"),
        *[f"  {each}" for each in grown],
        f"passed over: {Counter(hands.passed_over).most_common(SHOWN)}",
    ]
    return msgspec.structs.replace(found, page=tuple(page))


def judged(found: Report, limits: Limits) -> list[str]:
    """Return what is wrong with a session."""
    wrong = [f"recorded: {each}" for each in found.compared.wrong]
    if found.code:
        wrong.append(f"the program ended with {found.code}")
    if not found.compared.exact or found.compared.exact != found.compared.rounds:
        wrong.append(f"{found.compared.exact} of {found.compared.rounds} rounds are exact")
    if found.market_slope > limits.slope:
        wrong.append(f"memory grows by {found.market_slope} MiB/h, {limits.slope} at most")
    for name in ("threads", "files"):
        before, after = getattr(found, name)
        if after - before > getattr(limits, name):
            wrong.append(f"{name} grew from {before} to {after}")
    if limits.gap and found.gap_ms > limits.gap:
        wrong.append(f"the main thread stood still for {found.gap_ms} ms, {limits.gap} at most")
    return wrong + [f"logged: {each}" for each in found.complaints if " WARNING " not in each]


def slope_of(seconds: Sequence[Second]) -> float:
    """Return by how much memory grows in the second half, by least squares [MiB/h]."""
    half = seconds[len(seconds) // 2 :]
    if len(half) < 2:
        return 0.0
    at = np.array([one.at_s for one in half]) / 3600
    return float(np.polyfit(at, np.array([one.rss for one in half]) / MIB, 1)[0])


def _least(seconds: Sequence[Second], of: Callable[[Second], int]) -> tuple[int, int]:
    """What is always there: a leak raises it, a peak does not."""
    quarter = max(len(seconds) // 4, 1)
    before, after = seconds[quarter : 2 * quarter] or seconds[:1], seconds[-quarter:]
    return min(map(of, before)), min(map(of, after))


def _complaints(log: Path) -> tuple[str, ...]:
    """What the log complains of, the worst first, each with the last line of what it tells."""
    text = log.read_text("utf-8") if log.exists() else ""
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\dT)", text)
    told: list[str] = []
    for word in (" CRITICAL ", " ERROR ", " WARNING "):
        found = [entry.splitlines() for entry in entries if word in entry.partition("\n")[0]]
        told += [f"{lines[0]} {lines[-1].strip()[:120]}" for lines in found]
    return tuple(told)[:SHOWN]


def _figures(found: Report) -> list[str]:
    compared = found.compared
    window = f"{found.ticks:,} ticks, {found.frames:,} frames, {found.merged:,} merged"
    handles = f"threads {found.threads}, files {found.files}, children {found.children}"
    gaps = f"p99 {found.gap_p99_ms[1]:.1f} ms in the middle second, max {found.gap_ms:.0f} ms"
    own = f"p99 {found.own_p99_ms[1]:.1f}, max {found.own_ms:.0f}, {found.gaps_100} over 100 ms"
    pixel = f"p99 {found.pixel_p50_ms} ms in the middle second, {found.pixel_p99_ms} in a bad one"
    grows = f"{found.slope} MiB/h of this clock, {found.market_slope} of the market's"
    alive = f"widgets {found.widgets}, Qt's objects {found.wrapped}, items {found.items}"
    return [
        f"{found.seconds:.0f} s watched, ended with {found.code} after {found.ended_s} s",
        f"recorded: {compared.exact} of {compared.rounds} rounds exact, {compared.ticks:,} ticks",
        f"window: {window}, {found.shed:,} shed, {found.steps:,} clicks",
        f"memory: {found.first_mib} to {found.last_mib} MiB, {grows}",
        f"{handles}, {alive}",
        f"gaps: {gaps}, {found.gaps} over {GAP_MS:.0f} ms; without others' turns: {own}",
        f"computed at once: {found.computed_ms:.0f} ms at most, {found.computed_33} times > 33 ms",
        f"tick to pixel: {pixel}; the recorder's lag at most {found.lag_ms} ms",
        *(f"logged: {each}" for each in found.complaints),
    ]


def _memory(seconds: Sequence[Second]) -> list[str]:
    steps = [seconds[round(share * (len(seconds) - 1) / 10)] for share in range(11)]
    told = ", ".join(f"{one.at_s:.0f}s {one.rss / MIB:.1f}" for one in steps)
    return [f"memory over time [MiB]: {told}"]


def _gaps(gaps: Sequence[Gap]) -> list[str]:
    worst = sorted(gaps, key=lambda one: one.waited_ms - one.long_ms)[:SHOWN]
    told = ["worst gaps:"]
    told += [
        f"  {gap.long_ms:6.1f} ms at {gap.at_s:.1f} s, others had the processors {gap.waited_ms}, "
        f"computed {gap.cpu_ms}, collector {gap.gc_ms}, after '{gap.doing}': {gap.where}"
        for gap in worst
    ]
    after: dict[str, list[float]] = {}
    for gap in gaps:
        after.setdefault(gap.doing, []).append(gap.long_ms - gap.waited_ms)
    most = sorted(after.items(), key=lambda one: -sum(one[1]))[:SHOWN]
    computed: dict[str, list[float]] = {}
    for gap in gaps:
        if gap.cpu_ms > GAP_MS:
            computed.setdefault(f"{gap.doing}: {gap.where[:60]}", []).append(gap.cpu_ms)
    longest = sorted(computed.items(), key=lambda one: -max(one[1]))[: 2 * SHOWN]
    told.append(f"what the main thread computed for more than {GAP_MS:.0f} ms at once:")
    told += [f"  {max(each):4.0f} ms, {len(each)} times, after {what}" for what, each in longest]
    told.append("gaps by what hands did last:")
    told += [f"  {name}: {len(all_)}, worst {max(all_):.0f} ms" for name, all_ in most]
    by_gc = [gap for gap in gaps if gap.gc_ms > gap.long_ms / 2]
    others = [gap for gap in gaps if gap.waited_ms > gap.long_ms / 2]
    locked = [gap for gap in gaps if gap.long_ms - gap.waited_ms - gap.cpu_ms > gap.long_ms / 2]
    told.append(
        f"  {len(by_gc)} by the collector, {len(others)} while others had the processors, "
        f"{len(locked)} by waiting for something else"
    )
    return told


def _more(before: dict[str, int], after: dict[str, int], of: str) -> list[str]:
    more = Counter({name: count - before.get(name, 0) for name, count in after.items()})
    told = [f"more of {of}:"]
    told += [
        f"  {name}: {after[name]:,} ({count:+,})"
        for name, count in more.most_common(SHOWN)
        if count > 0
    ]
    return told
