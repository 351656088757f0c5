"""Collects advances and releases at most one frame per interval: at once when idle."""
