"""Parsing that no garbage collection falls into."""

import ast
import functools
import gc
import sys
from typing import Any

MENDED = (3, 11, 8)


def parse_undisturbed() -> None:
    """Let `ast.parse` run without the garbage collector, on a Python that needs it.

    Before 3.11.8 a parse within a parse fails ("AST constructor recursion depth mismatch", python/cpython#106905). A
    collection in its midst may end a leaked connection, whose complaint is written with a traceback, and the carets
    of a traceback are parsed. pytest parses what failed, so that one failed test would end the whole run.
    """
    if sys.version_info < MENDED:
        ast.parse = _without_collecting(ast.parse)


def _without_collecting(parse: Any) -> Any:
    @functools.wraps(parse)
    def parsing(*arguments: Any, **named: Any) -> Any:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return parse(*arguments, **named)
        finally:
            if collecting:
                gc.enable()

    return parsing
