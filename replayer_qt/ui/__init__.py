"""Pixels: a function of frames that decides nothing."""
