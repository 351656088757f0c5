"""The practice exchange: the real protocol, no money, no internet."""
