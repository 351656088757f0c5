"""The library: loading recordings, and finding rounds among 100,000."""

from replayer_qt.cli.bench import catalogue, loading
from replayer_qt.cli.bench.result import Result


def measure() -> list[Result]:
    """Return the figures of both."""
    return loading.measure() + catalogue.measure()
