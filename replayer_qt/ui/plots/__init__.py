"""Small plots inside panels."""
