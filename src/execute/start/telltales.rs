//! What an example says that looks at how its process began.
//!
//! Nothing is parsed: texts are searched for words, comments and all. A word too many costs a start, and
//! no verdict. Modules that only stand for one thing are found wherever they are named; of `sys`, which
//! every other example uses, only what is the same in every process may be.

use std::sync::LazyLock;

use regex::Regex;

/// What of `sys` says nothing of how a process began.
const HARMLESS: &str = r"argv|stdin|stdout|stderr|exit|version|version_info|platform|maxsize|byteorder|executable|path|getsizeof|float_info|int_info|hash_info|implementation|getrecursionlimit|setrecursionlimit|intern|exc_info|exception|getdefaultencoding|getfilesystemencoding|hexversion|maxunicode|prefix|base_prefix|copyright|api_version|excepthook|displayhook|__stdout__|__stderr__|__stdin__|__excepthook__|set_int_max_str_digits|get_int_max_str_digits|builtin_module_names|float_repr_style|ps1|ps2|_getframe";

/// Patterns of what looks at the start of a process, each with its name in words.
const TABLE: [(&str, &str); 9] = [
    (
        r"\b_?(gc|tracemalloc|ctypes|cffi|multiprocessing|atexit|importlib|imp|pkgutil|runpy|zipimport|faulthandler|sysconfig|cProfile|pickle|copyreg|shelve|pydoc|pdb|bdb|posix|posixsubprocess|testcapi|testinternalcapi|interpreters|xxsubinterpreters|psutil|objgraph|pympler|resource|readline)\b",
        "it names a module that sees the interpreter's own state",
    ),
    (
        r"\b_?(signal|warnings)\b|\bSIG[A-Z]{2,}",
        "it deals with signals or warnings",
    ),
    (
        r"(?m)^[^\n]*\bimport\b[^\n]*\b(site|profile|trace|code|codeop|test|_thread|_weakref|_imp|_io|_socket|_\w+)\b",
        "it imports a module that sees the interpreter's own state",
    ),
    (
        r"__import__|__builtins__|\bbuiltins\b|__loader__|__spec__|\bimport_module\b|(?:^|[^.\w])(?:eval|exec|compile)\b",
        "it makes code or imports by name",
    ),
    (
        r"(?m)^[^\n]*\bimport\s*\*|\bimport\s+(?:\w+\s*,\s*)*(?:os|threading|time|types|inspect|typing)\s+as\b|\b(?:getattr|hasattr|setattr|delattr|vars|dir|getmembers)\s*\(\s*(?:os|threading|inspect|types|typing|asyncio|logging)\b|\bhelp\s*\(",
        "it looks at modules by name",
    ),
    (
        r"\b(ProcessPoolExecutor|get_context|set_start_method|active_count|current_frames|register_at_fork|getppid|native_id|get_native_id|get_ident|ident|getrusage|__subclasses__|malloc_stats|is_finalizing|_exit|fork|forkpty|setswitchinterval|ref_?count|settrace|setprofile|stack_size|get_cache_token|_abc_\w+|get_objects|is_alive|daemon|relativeCreated|loggerDict|_shutdown)\b|\benumerate\s*\(\s*\)|\bos\s*\.\s*times\b",
        "it looks at processes, threads or reference counts",
    ),
    (
        r"__globals__|\bf_(?:globals|builtins|back|locals)\b|\btb_frame\b|\bmodules\b|\bmeta_path\b|\bpath_hooks\b",
        "it reaches into frames or modules",
    ),
    (r"/proc\b|/dev/fd\b|\bsmaps\b", "it reads `/proc`"),
    (r"(?:^|[^.\w])id\s*[(,)]", "it looks at addresses"),
];

struct Table {
    telltales: Vec<(Regex, &'static str)>,
    /// How `sys` may be named, and the question whether a file is the script.
    harmless: Regex,
    rest: Regex,
}

static TELLTALES: LazyLock<Table> = LazyLock::new(|| {
    let compile = |pattern: &str| Regex::new(pattern).expect("the table holds regular expressions");
    let name = format!(r"\s+import\s+(?:{HARMLESS})(?:\s*,\s*(?:{HARMLESS}))*[ \t]*(?:$|[\n#;])");
    let imports = r"\bimport[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*sys[ \t]*(?:,|$|[\n#;])";
    let harmless = format!(
        r#"(?m){imports}|\bfrom[ \t]+sys{name}|(?P<before>^|[^.\w])sys\.(?:{HARMLESS})\b|__name__\s*==\s*['"]__main__['"]"#
    );
    Table {
        telltales: TABLE
            .map(|(pattern, reason)| (compile(pattern), reason))
            .into(),
        harmless: compile(&harmless),
        rest: compile(r"\b_?sys\b|__main__"),
    }
});

/// Returns what in a text looks at how its process began.
pub(super) fn telltale(text: &str) -> Option<&'static str> {
    let table = &*TELLTALES;
    let found =
        |(expression, reason): &(Regex, &'static str)| expression.is_match(text).then_some(*reason);
    table.telltales.iter().find_map(found).or_else(|| {
        let rest = table.harmless.replace_all(text, "$before ");
        let word = table.rest.find(&rest)?;
        Some(if word.as_str() == "__main__" {
            "it looks at `__main__`"
        } else {
            "it looks at the interpreter's own state in `sys`"
        })
    })
}
