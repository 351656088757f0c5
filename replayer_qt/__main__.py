"""Starts the program: `python -m replayer_qt`, the same as `python app.py`."""

import sys

from replayer_qt.cli.entry import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
