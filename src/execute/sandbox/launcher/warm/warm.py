# Stands as `usercustomize` in the root of a warm interpreter, the last thing that `site` imports before
# a script runs. It serves until it is told to run an example; then it forks, and the child takes its
# place behind the walls of that run and goes on as every Python does that finds no `usercustomize`: to
# the script. So nothing of this file, and no frame of it, is left in an example.
#
# The launcher writes above this text: CONTROL, the number of its socket; FOLDER, USER, HAS_PACKAGES, CALLS,
# FILTER. Messages are a word and arguments; descriptors come with them. A process that has run an example
# can fork nothing but examples any more: its children belong to the namespace of the last run.
#
# The interpreter holds rights over its own user namespace, and so runs nothing but this and modules of the
# standard library that a list names. Folders of packages are hidden from it, with their `.pth` files and
# their `sitecustomize`: each child takes these steps of the start for itself, behind its walls.

NEWPID = 0x20000000


def serve():
    import sys

    names = set(sys.modules)
    from posix import _exit, chdir, close, dup2, fork, listdir, open, setgroups, setresgid, setresuid
    from posix import setsid, umask, waitpid, O_RDONLY, WNOHANG

    import _ctypes
    import _socket
    import _thread
    import _weakref
    import atexit
    import gc
    import site

    class Long(_ctypes._SimpleCData):
        _type_ = "l"

    class Char(_ctypes._SimpleCData):
        _type_ = "c"

    class Function(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO
        _restype_ = Long

    class Inner(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_PYTHONAPI
        _restype_ = Long

    library = _ctypes.dlopen(None, 0)
    function = Function(_ctypes.dlsym(library, "syscall"))
    untrack = Inner(_ctypes.dlsym(library, "PyObject_GC_UnTrack"))
    track = Inner(_ctypes.dlsym(library, "PyObject_GC_Track"))

    def call(name, *arguments):
        answer = function(Long(CALLS[name]), *[Long(argument) for argument in arguments])
        if answer == -1:
            raise OSError(_ctypes.get_errno(), name)
        return answer

    def memory(content):
        block = (Char * len(content))()
        block.raw = content
        return block

    def address_of(block):
        return _ctypes.addressof(block)

    instructions = memory(bytes.fromhex(FILTER))
    # struct sock_fprog: how many instructions of eight bytes, and where they are.
    program = memory(
        (len(instructions) // 8).to_bytes(8, sys.byteorder)
        + address_of(instructions).to_bytes(8, sys.byteorder)
    )
    # Version 3 of capget(2) for this process, and no capability at all.
    header = memory((0x20080522).to_bytes(4, sys.byteorder) + bytes(4))
    nothing = memory(bytes(24))
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
        call("capset", address_of(header), address_of(nothing))
        call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
        call("prctl", 22, 2, address_of(program), 0, 0)  # PR_SET_SECCOMP
        call("close_range", 3, 0xFFFFFFFF, 0)

    class_of = type
    bases_of = type.__dict__["__mro__"].__get__
    names_of = type.__dict__["__dict__"].__get__
    callback_of = _weakref.ref.__dict__["__callback__"].__get__

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
            if says[0] and callback_of(one) is not None:
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

    def finish_start():
        """Does what `site` does for packages, in its order."""
        sys.path[:] = [folder for folder in sys.path if folder not in packages]
        site.addsitepackages(site.removeduppaths())
        site.execsitecustomize()

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
    packages = site.getsitepackages()
    folder = __file__.rpartition("/")[0]
    sys.path.remove(folder)
    for one in [folder, *packages]:
        sys.path_importer_cache.pop(one, None)
    for one in packages:
        try:
            visible = listdir(one)
        except FileNotFoundError:
            visible = []
        if visible:
            _exit(1)
    for name in set(sys.modules) - names - {"atexit"}:
        del sys.modules[name]
    is_known = "atexit" in names
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
                if HAS_PACKAGES:
                    finish_start()
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
