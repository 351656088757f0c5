"""Statistics of a selection as text for a terminal."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from replayer_qt.adapters.log_setup import escape
from replayer_qt.core import study_words as words
from replayer_qt.core.study_figures import Bar, RoundStudy

_WIDTH: Final = 96


def stats_lines(study: RoundStudy) -> list[str]:
    """Return a study as lines for people: figures, intervals, numbers, what was left out."""
    lines = list(_head(study))
    for title, n, figure, sentences, table in _figures(study):
        lines += ["", f"{title} (n = {n})"]
        for sentence in (*sentences, words.left_out_words(study, figure)):
            lines += _wrapped(sentence, "  ")
        lines += table
    lines += [""] + [line for note in study.notes for line in _wrapped(f"Note: {note}", "")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _head(study: RoundStudy) -> Iterator[str]:
    rounds = "1 round" if study.rounds == 1 else f"{study.rounds:,} rounds"
    where = ", ".join(f"{escape(stream)} {count:,}" for stream, count in study.streams)
    yield f"{rounds}{f': {where}' if where else ''}"
    yield f"{words.level_words(study)}; each holds on its own unless said otherwise"
    if study.generator:
        yield f"the generator's figures are exact, or of {study.generator:,} rounds of fixed seeds"
    fair = study.fairness
    if study.crash:
        yield (
            f"fairness: {fair.verified:,} verified, {fair.failed:,} failed, "
            f"{fair.unrevealed:,} unrevealed"
        )


_Figure = tuple[str, str, str, tuple[str, ...], list[str]]


def _figures(study: RoundStudy) -> Iterator[_Figure]:
    yield from _rounds(study)
    for told in study.volatility:
        title = "Volatility" if told.kind == "crash" else "Volatility of markets"
        yield title, f"{told.n:,}", "volatility", (words.volatility_words(told),), []
    for found in study.returns:
        phases = _table(found.phases, _ages, words.spread)
        sentences = [words.return_words(found)]
        if found.phases:
            sentences.append(words.phase_words(found))
        title = "Returns" if found.kind == "crash" else "Returns of markets"
        yield title, f"{found.n:,}", "returns", tuple(sentences), phases
    if study.results is not None:
        sentences = [words.result_words(study.results)]
        yield "Own results", f"{study.results.n:,}", "results", tuple(sentences), []


def _rounds(study: RoundStudy) -> Iterator[_Figure]:
    if (peak := study.peak) is not None:
        reached = _table(peak.reached, lambda bar: f"{bar.low:g}x", words.percent)
        yield "Peak", f"{peak.n:,}", "peak", (words.peak_words(peak),), reached
    theory = None
    if (rug := study.rug) is not None:
        theory = next(one.theory for one in rug.quantiles if one.share == 0.5)
        yield "Rug tick", f"{rug.n:,}", "rug tick", (words.rug_words(rug),), []
    if (alive := study.survival) is not None:
        said = words.survival_words(alive, theory)
        yield "Survival", f"{alive.n:,}", "survival", (said,), []
    if (hazard := study.hazard) is not None:
        table = _table(hazard.bars, _ages, words.percent)
        n = f"{hazard.n:,} rounds, {hazard.ticks:,} ticks"
        yield "Hazard", n, "hazard", (words.hazard_words(hazard),), table
    if (bets := study.side_bets) is not None:
        table = _table(bets.bars, lambda bar: f"tick {bar.low:g}", words.percent)
        n = f"{bets.n:,} rounds, {bets.overall.n:,} bets"
        yield "Side bets", n, "side bets", (words.side_bet_words(bets),), table


def _table(bars: Iterable[Bar], name: Any, say: words.Say) -> list[str]:
    lines = []
    for bar in bars:
        theory = "" if bar.theory is None else f"  generator {say(bar.theory)}"
        undecided = f"  {bar.undecided:,} undecided" if bar.undecided else ""
        told = words.told(bar.estimate, say)
        lines.append(
            f"    {name(bar):>12}  {told:<32} n = {bar.estimate.n:,}{theory}{undecided}".rstrip()
        )
    return lines


def _ages(bar: Bar) -> str:
    return f"{bar.low:g}+" if bar.high is None else f"{bar.low:g}-{bar.high - 1:g}"


def _wrapped(text: str, indent: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(indent) + len(line) + 1 + len(word) > _WIDTH:
            lines.append(indent + line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, indent + line] if line else lines
