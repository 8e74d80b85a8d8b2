# Stands as `usercustomize` in the root of a warm interpreter, the last thing that `site` imports before
# a script runs. It leaves a hook behind that the interpreter asks, after its own, whether it can import
# from the script. The hook serves until it is told to run an example; then it forks, and the child takes
# its place behind the walls of that run and hears from the hook what it hears from all: no. So it goes on
# as every Python does, to the script, and nothing of this file, and no frame of it, is left in an example.
#
# The launcher writes above this text: CONTROL, the number of its socket; FOLDER, USER, FILTER. Messages
# are a word and arguments; descriptors come with them. A process that has run an example can fork nothing
# but examples any more: its children belong to the namespace of the last run.
#
# The interpreter holds rights over its own user namespace, but not while packages have their say: between
# `rights.py` and the hook. After that it runs nothing but modules of the standard library that a list
# names, and behind its walls each example.
#
# A child pays for each page that it writes to, be it for one reference more or less: the page is copied.
# So what it does until the script runs is made up before, and nothing of it is let go of: the hook waits
# in a generator that is never closed. It is forked by the C library's `fork` itself: `os.fork` has modules
# start again that hold locks for other threads, of which there are none here.

NEWPID = 0x20000000
FORWARD = -100  # AT_FDCWD


def serve(rights, folder):
    import sys

    yield
    del sys.path_hooks[-1]
    rights.regain()
    names = set(sys.modules)
    from posix import _exit, close, dup2, umask, waitpid, WNOHANG

    import _socket
    import _thread
    import _weakref
    import atexit
    import gc

    _ctypes, Long = rights._ctypes, rights.Long
    call, memory, address_of = rights.call, rights.memory, rights.address_of

    class Inner(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_PYTHONAPI
        _restype_ = Long

    def inner(name):
        """A function of C that keeps the interpreter's lock."""
        return Inner(_ctypes.dlsym(rights.library, name))

    untrack, track = inner("PyObject_GC_UnTrack"), inner("PyObject_GC_Track")
    fork, system_call = inner("fork"), inner("syscall")
    try:
        trim = inner("malloc_trim")
    except OSError:
        trim = None  # musl has none.

    def prepared(name, *arguments):
        """The arguments of `system_call` for one call."""
        return tuple([Long(argument) for argument in (rights.CALLS[name],) + arguments])

    here, nothing = memory(FOLDER.encode() + b"\0"), memory(b"/dev/null\0")
    instructions = memory(FILTER)
    # struct sock_fprog: how many instructions of eight bytes, and where they are.
    program = memory(
        (len(instructions) // 8).to_bytes(8, sys.byteorder)
        + address_of(instructions).to_bytes(8, sys.byteorder)
    )
    # What wait4(2) fills in: a status, and two `struct timeval` at the start of a `struct rusage`.
    ended = memory(bytes(8 + 144))
    waiting = prepared("wait4", -1, address_of(ended), 0, address_of(ended) + 8)

    def limits(words):
        """Limits in memory: each word is the number of a resource, its soft and its hard limit."""
        pairs = []
        for word in words:
            resource, *numbers = [int(number) for number in word.split(":")]
            pair = memory(b"".join(number.to_bytes(8, sys.byteorder) for number in numbers))
            pairs.append((resource, pair))
        return pairs

    # Where the kernel let one user be mapped, it forbids to change groups.
    leave_groups = prepared("setgroups", 0, 0)

    def closings(descriptors):
        """The calls that close descriptors, a range at once."""
        ranges = []
        for descriptor in sorted(descriptors):
            if ranges and ranges[-1][1] == descriptor - 1:
                ranges[-1][1] = descriptor
            else:
                ranges.append([descriptor, descriptor])
        return [prepared("close_range", first, last, 0) for first, last in ranges]

    def confinement(descriptors, limits):
        """The calls by which a child takes its place."""
        output, error, rules, _, *namespaces = descriptors
        calls = [prepared("setns", namespace, 0) for namespace in namespaces]
        calls += [
            prepared("chdir", address_of(here)),
            prepared("setsid"),
            prepared("dup3", output, 1, 0),
            prepared("dup3", error, 2, 0),
            # Opened anew: flags and locks of the one that was inherited would outlive this process.
            prepared("close", 0),
            prepared("openat", FORWARD, address_of(nothing), 0),
        ]
        calls += [
            prepared("prlimit64", 0, resource, address_of(pair), 0) for resource, pair in limits
        ]
        return calls + [
            prepared("landlock_restrict_self", rules, 0),
            leave_groups,
            prepared("setresgid", USER, USER, USER),
            prepared("setresuid", USER, USER, USER),
            prepared("prctl", 47, 4, 0, 0, 0),  # PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL
            prepared("capset", address_of(rights.header), address_of(rights.nothing)),
            prepared("prctl", 4, 1, 0, 0, 0),  # PR_SET_DUMPABLE
            prepared("prctl", 22, 2, address_of(program), 0, 0),  # PR_SET_SECCOMP
            prepared("close_range", 3, 0xFFFFFFFF, 0),
        ]

    class_of = type
    built_in = class_of(len)
    # Callbacks of the interpreter's own, of the caches of abstract classes and of thread-local data.
    silent = {
        "_destroy": _weakref.ref,
        "_localdummy_destroyed": _weakref.ref,
        "clear_locals": tuple,  # since 3.13
    }
    bases_of = type.__dict__["__mro__"].__get__
    names_of = type.__dict__["__dict__"].__get__
    callback_of = _weakref.ref.__dict__["__callback__"].__get__

    def is_silent(callback):
        """Says whether a weak reference says nothing when what it refers to goes."""
        return callback is None or (
            class_of(callback) is built_in
            and silent.get(callback.__name__) is class_of(callback.__self__)
        )

    def ends_silently():
        """Says whether nothing is left that says something when it goes.

        Objects from before the fork are frozen, and not among those that `gc` tells of.
        """
        seen = {}
        for one in gc.get_objects():
            kind = class_of(one)
            says = seen.get(kind)
            if says is None:
                bases = bases_of(kind)
                if any("__del__" in names_of(base) for base in bases):
                    return False
                says = seen[kind] = (_weakref.ref in bases, class_of in bases)
            if says[0] and not is_silent(callback_of(one)):
                return False
            if says[1] and any("__del__" in names_of(base) for base in bases_of(one)):
                return False
        return True

    def thaw(one):
        """Lets the collector see an object again: what an example leaves behind goes with its `__main__`."""
        untrack(Long(id(one)))
        track(Long(id(one)))

    def numbers(ancillary):
        """The descriptors that came with a message."""
        return [
            int.from_bytes(data[i : i + 4], sys.byteorder)
            for _, _, data in ancillary
            for i in range(0, len(data), 4)
        ]

    def seed():
        """What gives the generator of `random` a seed of its own in a child."""
        random = sys.modules.get("random")
        return super(random.Random, random._inst).seed if random else int

    def settle():
        """Makes memory as children should find it: they pay for each page that they write to."""
        gc.freeze()
        # What was freed and is kept for the next objects: a child that collects lets go of it.
        gc.collect()
        if trim is not None:
            trim(Long(0))
        # Not kept: whoever holds `__main__` changes how it goes.
        thaw(sys.modules["__main__"])
        thaw(sys.modules["__main__"].__dict__)

    leaves_early = False

    def leave():
        """Ends a process whose script has come to its end, where nobody can tell that this is early.

        It is called where every process that ends calls what `atexit` holds, as the last of it. What would
        follow takes the interpreter apart, object by object: each page that is shared with the warm process
        would be copied for that. A script that was ended by `SystemExit` still has its `__file__`.
        """
        names = sys.modules["__main__"].__dict__
        if (
            not leaves_early
            or "__file__" in names
            or hasattr(sys, "last_type")
            or _thread._count()
            or sys.stdout is not sys.__stdout__
            or sys.stderr is not sys.__stderr__
        ):
            return
        sys.stdout.flush()
        sys.stderr.flush()
        if gc.isenabled():
            gc.collect()
        if ends_silently():
            sys.stdout.flush()
            sys.stderr.flush()
            _exit(0)

    def grow(name, control):
        """Forks a warm process that has imported one more module; from then on `socket` is its own in it."""
        nonlocal is_known
        if fork() != 0:
            close(control)
            try:
                while waitpid(-1, WNOHANG)[0]:
                    pass
            except OSError:
                pass
            return
        dup2(control, CONTROL)
        close(control)
        try:
            if name:
                __import__(name)
            # Whether any module imported has imported it.
            is_known = sys.getrefcount(atexit) > references
            socket.send(b"ready")
        except BaseException as problem:
            socket.send(b"failed %s" % (repr(problem).encode(),))
            _exit(0)

    umask(0o022)
    for capability in range(64):
        try:
            call("prctl", 24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
        except OSError:
            break
    sys.path.remove(folder)
    sys.path_importer_cache.pop(folder, None)
    # What other threads do to a process cannot be forked.
    if _thread._count():
        _exit(1)
    for name in set(sys.modules) - names - {"atexit"}:
        del sys.modules[name]
    is_known = "atexit" in names
    atexit.register(leave)
    _ctypes.Py_INCREF(atexit)
    references = sys.getrefcount(atexit)
    socket = _socket.socket(fileno=CONTROL)
    receive = socket.recvmsg
    socket.send(b"ready")
    # For each message of a run, with its descriptors: whether to leave early, the calls, what they point to.
    plans = {}
    while True:
        message, ancillary, _, _ = receive(4096, 256)
        plan = plans.get((message, *ancillary))
        if plan is None:
            word, *arguments = message.decode().split() or [""]
            descriptors = numbers(ancillary)
            if word == "grow":
                grow("".join(arguments), descriptors[0])
                continue
            if word != "run":
                _exit(0)
            if not is_known:
                sys.modules.pop("atexit", None)
            reseed = seed()
            pairs = limits(arguments[1:])
            plan = plans[(message, *ancillary)] = (
                arguments[0] == "early",
                prepared("setns", descriptors[3], NEWPID),  # for the child
                confinement(descriptors, pairs),
                closings(descriptors),
                pairs,
            )
            settle()
        leaves_early, entering, confining, closing, _ = plan
        pid = fork() if system_call(*entering) == 0 else -1
        if pid == 0:
            for step in confining:
                if system_call(*step) == -1 and step is not leave_groups:
                    break
            else:
                reseed()
                yield
            pid = -1
        if pid == -1 or system_call(*waiting) == -1:
            socket.send(b"failed")
            _exit(0)
        for step in closing:
            system_call(*step)
        socket.send(b"ended " + ended.raw)


def hold():
    """Has the interpreter ask a hook, after its own, for what imports from the script: nothing does."""
    import sys

    rights = sys.modules.pop("fencepost_rights")
    serving = serve(rights, __file__.rpartition("/")[0])
    next(serving)
    sys.path_hooks.append(serving.send)
    rights._ctypes.Py_INCREF(sys.path_hooks[-1])


try:
    hold()
finally:
    raise ImportError("No module named 'usercustomize'", name="usercustomize")
