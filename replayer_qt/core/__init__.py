"""Events, rules and state of a market: no Qt, no I/O, no clock, no randomness, no logging."""
