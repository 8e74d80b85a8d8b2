# Stands as `usercustomize` in the root of a warm interpreter, the last thing that `site` imports before
# a script runs. It serves until it is told to run an example; then it forks, and the child takes its
# place behind the walls of that run and goes on as every Python does that finds no `usercustomize`: to
# the script. So nothing of this file, and no frame of it, is left in an example.
#
# The launcher writes above this text: CONTROL, the number of its socket; FOLDER, USER, FILTER. Messages
# are a word and arguments; descriptors come with them. A process that has run an example can fork nothing
# but examples any more: its children belong to the namespace of the last run.
#
# The interpreter holds rights over its own user namespace, but not while packages have their say: between
# `rights.py` and this script. After that it runs nothing but modules of the standard library that a list
# names, and behind its walls each example.

NEWPID = 0x20000000


def serve():
    import sys

    rights = sys.modules.pop("fencepost_rights")
    rights.regain()
    names = set(sys.modules)
    from posix import _exit, chdir, close, dup2, fork, open, setgroups, setresgid, setresuid
    from posix import setsid, umask, waitpid, O_RDONLY, WNOHANG

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

    untrack = Inner(_ctypes.dlsym(rights.library, "PyObject_GC_UnTrack"))
    track = Inner(_ctypes.dlsym(rights.library, "PyObject_GC_Track"))

    instructions = memory(FILTER)
    # struct sock_fprog: how many instructions of eight bytes, and where they are.
    program = memory(
        (len(instructions) // 8).to_bytes(8, sys.byteorder)
        + address_of(instructions).to_bytes(8, sys.byteorder)
    )
    usage = memory(bytes(144))

    def used():
        """Microseconds of CPU time of all children that were waited for."""
        call("getrusage", -1, address_of(usage))
        words = usage.raw[:32]
        words = [int.from_bytes(words[i : i + 8], sys.byteorder) for i in (0, 8, 16, 24)]
        return (words[0] + words[2]) * 1000000 + words[1] + words[3]

    def limit(words):
        """Sets limits: each word is the number of a resource, its soft and its hard limit."""
        for word in words:
            resource, *numbers = [int(number) for number in word.split(":")]
            pair = memory(b"".join(number.to_bytes(8, sys.byteorder) for number in numbers))
            call("prlimit64", 0, resource, address_of(pair), 0)

    def confine(descriptors, limits):
        output, error, rules, _, *namespaces = descriptors
        for namespace in namespaces:  # mounts, IPC, network
            call("setns", namespace, 0)
        chdir(FOLDER)
        setsid()
        dup2(output, 1)
        dup2(error, 2)
        # Opened anew: flags and locks of the one that was inherited would outlive this process.
        nothing_to_read = open("/dev/null", O_RDONLY)
        dup2(nothing_to_read, 0)
        close(nothing_to_read)
        limit(limits)
        call("landlock_restrict_self", rules, 0)
        try:
            setgroups([])
        except OSError:
            pass  # Where the kernel let one user be mapped, it forbids to change groups.
        setresgid(USER, USER, USER)
        setresuid(USER, USER, USER)
        call("prctl", 47, 4, 0, 0, 0)  # PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL
        rights.keep(0, 0)
        call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
        call("prctl", 22, 2, address_of(program), 0, 0)  # PR_SET_SECCOMP
        call("close_range", 3, 0xFFFFFFFF, 0)

    class_of = type
    built_in = class_of(len)
    # Callbacks of the interpreter's own, of the caches of abstract classes and of thread-local data.
    silent = ("_destroy", "_localdummy_destroyed")
    bases_of = type.__dict__["__mro__"].__get__
    names_of = type.__dict__["__dict__"].__get__
    callback_of = _weakref.ref.__dict__["__callback__"].__get__

    def is_silent(callback):
        """Says whether a weak reference says nothing when what it refers to goes."""
        return callback is None or (
            class_of(callback) is built_in
            and callback.__name__ in silent
            and class_of(callback.__self__) is _weakref.ref
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

    leaves_early = []

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

    def run(socket, descriptors, end, limits):
        """Forks; returns in the child, which is behind its walls then."""
        before = used()
        try:
            call("setns", descriptors[3], NEWPID)  # for the child
            pid = fork()
        except OSError as problem:
            socket.send(b"failed %s" % (repr(problem).encode(),))
            _exit(0)
        if pid == 0:
            try:
                confine(descriptors, limits)
                socket.detach()
                if end == "early":
                    leaves_early.append(end)
                if not is_known:
                    sys.modules.pop("atexit", None)
                thaw(sys.modules["__main__"])
                thaw(sys.modules["__main__"].__dict__)
                return True
            except BaseException as problem:
                socket.send(b"failed %s" % (repr(problem).encode(),))
                _exit(127)
        for descriptor in descriptors:
            close(descriptor)
        status = waitpid(pid, 0)[1]
        socket.send(b"ended %d %d" % (status, used() - before))
        return False

    def grow(socket, name, other):
        """Forks a warm process that has imported one more module; returns its socket in it."""
        nonlocal is_known
        pid = fork()
        if pid:
            close(other)
            return socket
        socket.close()
        socket = _socket.socket(fileno=other)
        try:
            if name:
                __import__(name)
            # Whether any module imported has imported it.
            is_known = sys.getrefcount(atexit) > references
            socket.send(b"ready")
        except BaseException as problem:
            socket.send(b"failed %s" % (repr(problem).encode(),))
            _exit(0)
        return socket

    umask(0o022)
    for capability in range(64):
        try:
            call("prctl", 24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
        except OSError:
            break
    folder = __file__.rpartition("/")[0]
    sys.path.remove(folder)
    sys.path_importer_cache.pop(folder, None)
    # What other threads do to a process cannot be forked.
    if _thread._count():
        _exit(1)
    for name in set(sys.modules) - names - {"atexit"}:
        del sys.modules[name]
    is_known = "atexit" in names
    # Each child would let go of it, and copy every page that a name in it is on.
    del names
    atexit.register(leave)
    _ctypes.Py_INCREF(atexit)
    references = sys.getrefcount(atexit)
    socket = _socket.socket(fileno=CONTROL)
    socket.send(b"ready")
    while True:
        gc.freeze()
        message, ancillary, _, _ = socket.recvmsg(4096, 256)
        descriptors = [
            int.from_bytes(data[i : i + 4], sys.byteorder)
            for _, _, data in ancillary
            for i in range(0, len(data), 4)
        ]
        word, *arguments = message.decode().split() or [""]
        if word == "run":
            if run(socket, descriptors, arguments[0], arguments[1:]):
                return
        elif word == "grow":
            socket = grow(socket, "".join(arguments), descriptors[0])
        else:
            _exit(0)
        while True:
            try:
                if waitpid(-1, WNOHANG)[0] == 0:
                    break
            except OSError:
                break


try:
    serve()
finally:
    raise ImportError("No module named 'usercustomize'", name="usercustomize")
