"""Threads and loops: Qt's core without pixels."""
