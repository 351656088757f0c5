"""Starts the program: `python app.py`, the same as `python -m replayer_qt`."""

import sys

from replayer_qt.cli.entry import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
