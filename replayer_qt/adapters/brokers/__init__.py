"""Where orders go, and how what became of them is known."""
