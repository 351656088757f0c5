"""Recordings that exist: reading, checking and importing them."""
