"""The library's window: rounds found, sorted out, looked at; what uses the space; jobs."""
