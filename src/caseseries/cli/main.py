"""The command line: one command a verb, and a plain word where something is wrong."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from caseseries.cli.arguments import parser
from caseseries.cli.terminal import say, told
from caseseries.evidence.problem import Problems

CANNOT = 1
"""The exit code of a study that cannot be run. A wrong use of the command is 2."""
INTERRUPTED = 130


def command() -> NoReturn:
    """The process of one command, from its start to its end."""
    hurry()
    leave(main())


def hurry() -> None:
    """Look for circles of objects less often: records are millions of small values without one.

    Where it was measured, on a large sheet, the search for them takes a sixth of the time.
    """
    gc.set_threshold(100_000, 50, 1_000)


def leave(code: int) -> NoReturn:
    """End the process with this exit code, when what was to be done at its end is done.

    The interpreter is not taken apart object by object: that takes a twentieth of a second, and after an
    interrupt one process in 600 aborted in it, where a thread of a library was still on its way.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was to be done is done: it is too late to stop it
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # somebody closed it: `caseseries check STUDY >&-`
            stream.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. No slip of a user's file shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a letter that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parser().parse_args(arguments)
        options.verb(options)
    except Problems as problems:
        say(told(problems, options.aim))
        return CANNOT
    except BrokenPipeError:  # whoever reads has read enough: `caseseries check STUDY | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        say(f"{error.filename or 'A file'}: {error.strerror or error}")
        return CANNOT
    except MemoryError:
        say("The memory is not enough. Give this process more; nothing half-written was left behind.")
        return CANNOT
    except BaseException as stop:
        if not _is_interrupt(stop):
            raise
        say("Stopped. Nothing half-written was left behind.")
        return INTERRUPTED
    return 0


def _is_interrupt(stop: BaseException) -> bool:
    """Whether somebody stopped us: a library that was being loaded says so in words of its own."""
    cause: BaseException | None = stop
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt) or KeyboardInterrupt.__name__ in str(cause):
            return True
        cause = cause.__cause__
    return False
