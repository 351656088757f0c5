"""How much memory this process has taken."""

import psutil


def peak_rss_mib() -> float:
    """Return the largest resident size so far [MiB], or the present one where that is unknown."""
    told = psutil.Process().memory_info()
    windows_peak = getattr(told, "peak_wset", None)
    if windows_peak is not None:
        return float(windows_peak) / 2**20
    try:
        import resource  # noqa: PLC0415  # there is none on Windows
    except ImportError:
        return float(told.rss) / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts in bytes, Linux in kilobytes
    return float(peak) / 2**20 if psutil.MACOS else float(peak) / 2**10
