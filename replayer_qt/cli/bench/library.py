"""The library: loading recordings, packing them, and finding rounds among 100,000."""

from replayer_qt.cli.bench import catalogue, loading, packing
from replayer_qt.cli.bench.result import Result


def measure() -> list[Result]:
    """Return the figures of all three."""
    return loading.measure() + packing.measure() + catalogue.measure()
