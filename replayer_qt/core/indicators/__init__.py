"""Indicators over a round's ticks: each value depends on the ticks up to it only."""
