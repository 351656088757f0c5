"""Starts the program: `python app.py`, the same as `python -m replayer_qt`."""

import multiprocessing
import sys

from replayer_qt.cli.entry import main

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a packaged program starts its workers as itself
    sys.exit(main(sys.argv[1:]))
