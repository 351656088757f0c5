"""Backtests and simulations on the same engine, without Qt."""
