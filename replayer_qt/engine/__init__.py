"""The single writer: folds events into state, the same way live, in replay and in tests."""
