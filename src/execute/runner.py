# Runs the blocks of a program in the namespace of `__main__`, one compile unit each.
#
# It stands in `example.py` until it has started, so that `sys.argv`, `sys.path` and the rest are those
# of a plain script; then the program's own text takes its place. This text runs in a namespace of its
# own and imports nothing that a plain start does not import.
#
# PROGRAM is (mark, allow_await, is_session, text, units); each unit is (file, line, mode, warnings, source):
# the file it stands in, how many lines stand above it there, how it is compiled, and what becomes of
# its warnings: "always" prints them, "ignore" hides them, "" leaves them to Python.

import os
import sys


def run_program(mark, allow_await, is_session, text, units):
    main = sys.modules["__main__"]
    path = main.__file__
    folder = os.path.dirname(path)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    if is_session:
        del main.__file__
    files = {os.path.join(folder, unit[0]) for unit in units}
    flags = 0x2000 if allow_await else 0
    loop = Loop() if allow_await else None
    try:
        for name, line, mode, warned, source in units:
            begin(mark.encode())
            file = os.path.join(folder, name)
            try:
                code = compile("\n" * line + source, file, mode, flags, True)
                flags |= future_flags(source, code)
                if warned:
                    run_warned(code, main.__dict__, loop, warned)
                else:
                    run_code(code, main.__dict__, loop)
            except KeyboardInterrupt as error:
                fail(error, files)
            except SystemExit as error:
                if mode == "exec":
                    raise
                show(error)
            except BaseException as error:
                if mode == "exec":
                    fail(error, files)
                show(error)
    finally:
        if loop is not None:
            loop.close()


def begin(mark):
    """Marks in stdout that the next unit begins."""
    flush()
    try:
        os.write(1, mark)
    except OSError:
        pass


def flush():
    for stream in {sys.stdout, sys.__stdout__}:
        try:
            stream.flush()
        except Exception:
            pass


def future_flags(source, code):
    """Features of `from __future__ import` hold for the units that follow, as at a prompt."""
    if "__future__" not in source:
        return 0
    import __future__ as future

    flags = [getattr(future, name).compiler_flag for name in future.all_feature_names]
    return sum({flag for flag in flags if code.co_flags & flag})


def run_code(code, namespace, loop):
    if code.co_flags & 0x80:  # a coroutine: the unit awaits at its top level
        loop.run(eval(code, namespace))
    else:
        exec(code, namespace)


def run_warned(code, namespace, loop, action):
    """Runs code whose warnings are printed below its output, or hidden, as pytest-doctestplus has it."""
    import warnings

    caught = None
    try:
        with warnings.catch_warnings(record=action == "always") as caught:
            warnings.simplefilter(action)
            run_code(code, namespace, loop)
    finally:
        for warning in caught or ():
            print("%s: %s" % (warning.category.__name__, warning.message))


def fail(error, files):
    """Lets an exception end the process, without the frames of this file in its traceback."""
    hook = sys.excepthook

    def excepthook(kind, value, trace):
        sys.excepthook = hook
        trace = strip(trace, files)
        hook(kind, value.with_traceback(trace), trace)

    sys.excepthook = excepthook
    raise error


def strip(trace, files):
    """Drops frames up to the last of this file, then those of an event loop."""
    inner = trace
    while inner is not None:
        if inner.tb_frame.f_code.co_filename == "<fencepost>":
            trace = inner.tb_next
        inner = inner.tb_next
    while trace is not None and trace.tb_frame.f_code.co_filename not in files:
        trace = trace.tb_next
    return trace


def show(error):
    """Prints an exception as doctest expects it in a session; the session goes on."""
    import traceback

    kind = type(error)
    lines = traceback.format_exception_only(kind, error)
    if isinstance(error, SyntaxError):
        names = (kind.__qualname__ + ":", kind.__module__ + "." + kind.__qualname__ + ":")
        while len(lines) > 1 and not lines[0].startswith(names):
            del lines[0]
    flush()
    print("Traceback (most recent call last):\n    ...", file=sys.__stdout__)
    print("".join(lines), end="", file=sys.__stdout__)


class Loop:
    """One event loop and one context for all units, as at the prompt of `python -m asyncio`."""

    def __init__(self):
        self.runner = self.loop = None

    def run(self, coroutine):
        import asyncio

        if hasattr(asyncio, "Runner"):
            self.runner = self.runner or asyncio.Runner()
            return self.runner.run(coroutine)
        self.loop = self.loop or asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(coroutine)

    def close(self):
        if self.runner is not None:
            self.runner.close()
        if self.loop is not None:
            import asyncio

            asyncio.runners._cancel_all_tasks(self.loop)
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            asyncio.set_event_loop(None)
            self.loop.close()


run_program(*PROGRAM)
