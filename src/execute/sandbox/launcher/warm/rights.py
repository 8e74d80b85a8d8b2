# Imported by a `.pth` file in the user site of a warm interpreter: the first thing that `site` runs. It
# gives up what rights the interpreter holds until `warm.py` takes them again, so that what installed
# packages run at the start of every Python runs here as it does there: as the user that examples are,
# without any capability. What such code says is kept; an interpreter in which it says something cannot
# be a warm one, for each Python that starts would say it.
#
# The launcher writes above this text: USER, RIGHTS, CALLS.

import posix

try:
    import os
    import sys

    # What it was for has happened: each call of a library's function was bound at the start.
    os.environ.pop("LD_BIND_NOW", None)
    del os
    names = set(sys.modules)

    import _ctypes

    class Long(_ctypes._SimpleCData):
        _type_ = "l"

    class Char(_ctypes._SimpleCData):
        _type_ = "c"

    class Function(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO
        _restype_ = Long

    library = _ctypes.dlopen(None, 0)
    function = Function(_ctypes.dlsym(library, "syscall"))

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

    # Version 3 of capget(2) for this process.
    header = memory((0x20080522).to_bytes(4, sys.byteorder) + bytes(4))

    def sets(effective, others):
        """The capabilities in effect, and those that are permitted and inheritable, as capset(2) has them."""
        kinds = [effective, others, others]
        words = [number >> shift & 0xFFFFFFFF for shift in (0, 32) for number in kinds]
        return memory(b"".join(word.to_bytes(4, sys.byteorder) for word in words))

    nothing = sets(0, 0)

    def keep(effective, others):
        data = sets(effective, others)
        call("capset", address_of(header), address_of(data))

    users, groups = posix.getresuid(), posix.getresgid()

    def lower():
        said = posix.memfd_create("said")
        posix.dup2(said, 1)
        posix.dup2(said, 2)
        posix.close(said)
        posix.setresgid(USER, USER, groups[2])
        posix.setresuid(USER, USER, users[2])
        keep(0, RIGHTS)

    def regain():
        sys.stdout.flush()
        sys.stderr.flush()
        if posix.fstat(1).st_size:
            posix._exit(1)
        posix.setresuid(*users)
        keep(RIGHTS, RIGHTS)
        posix.setresgid(*groups)

    lower()
    for name in set(sys.modules) - names:
        del sys.modules[name]
    del names
except BaseException:
    posix._exit(1)
