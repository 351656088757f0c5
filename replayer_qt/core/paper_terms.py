"""What a paper account's results rest on, in plain words: they stand wherever the results do."""

from replayer_qt.core.settings import PaperSettings


def paper_terms(paper: PaperSettings) -> str:
    """Return how paper orders are filled.

    >>> paper_terms(PaperSettings())
    'Paper fills: first tick 200-300 ms after the order, no slippage, none rejected, no fee.'
    """
    first, last = paper.latency_ms, paper.latency_ms + paper.latency_jitter_ms
    late = f"{first} ms" if first == last else f"{first}-{last} ms"
    slip = f"up to {paper.slippage_bp:g} bp worse" if paper.slippage_bp else "no slippage"
    rejected = f"{paper.reject_share:.1%} rejected" if paper.reject_share else "none rejected"
    return f"Paper fills: first tick {late} after the order, {slip}, {rejected}, no fee."
