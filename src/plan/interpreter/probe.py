import sys
sys.path[:] = [folder for folder in sys.path if folder]
import json, platform, sysconfig
info = sys.version_info
levels = {"alpha": "a", "beta": "b", "candidate": "rc"}
tag = levels[info[3]] + str(info[4]) if info[3] in levels else ""
kind = getattr(sys, "implementation", None)
answer = {
    "implementation": kind.name if kind else platform.python_implementation().lower(),
    "release": list(info[:3]),
    "version": "%d.%d.%d" % tuple(info[:3]) + tag,
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "debug": hasattr(sys, "gettotalrefcount"),
    "executable": sys.executable,
    "prefix": sys.prefix,
    "base_prefix": getattr(sys, "base_prefix", sys.prefix),
    "paths": sys.path,
    "build": sys.version,
    "gil": sys._is_gil_enabled() if hasattr(sys, "_is_gil_enabled") else None,
}
print("fencepost-probe " + json.dumps(answer))
