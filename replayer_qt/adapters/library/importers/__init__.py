"""One reader for each format that recordings come in."""
