"""The window's own arguments: what `app.py [FILE...]` takes."""

import argparse
from contextlib import ExitStack

from replayer_qt.cli import bootstrap
from replayer_qt.cli.arguments import VENUES, add_place, span
from replayer_qt.core.options import VERSION, WindowOptions


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the window's arguments."""
    parser = subparsers.add_parser(
        "window",
        prog="replayer",
        description="Show the window.",
        epilog="example: replayer --venue practice --screenshot window.png --exit-after 20s",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="recordings to open")
    parser.add_argument("--venue", choices=VENUES, help="connect at once")
    parser.add_argument("--url", help="another address than the venue's usual one")
    parser.add_argument("--screenshot", metavar="FILE", help="save a picture at the end")
    parser.add_argument("--exit-after", type=span, metavar="SECONDS", help="end by itself")
    parser.add_argument("--version", action="version", version=f"replayer {VERSION}")
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the window until it is closed and return the exit code."""
    with ExitStack() as stack:
        place = bootstrap.prepare(stack, arguments)
        # the window's libraries take most of the start: a wrong setting is told before
        from replayer_qt.main import main  # noqa: PLC0415

        return main(
            WindowOptions(
                settings=place.settings,
                profile=arguments.profile,
                data_dir=str(place.paths.data_dir),
                recordings=str(place.paths.recordings),
                files=tuple(arguments.files),
                venue=arguments.venue,
                url=arguments.url,
                screenshot=arguments.screenshot,
                exit_after_s=arguments.exit_after,
            ),
            place.log.redactor,
        )
