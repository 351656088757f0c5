"""The recording being written: checksummed JSON lines that survive a crash."""
