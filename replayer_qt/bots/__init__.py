"""Strategies: pure functions from state to commands."""
