use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::execute::testing::{interpreter, planned, script};

fn run(code: &str) -> PlannedRun {
    planned(
        &interpreter(Path::new("/opt/python/bin/python"), 12),
        vec![script(code)],
    )
}

#[track_caller]
fn spawned(code: &str) {
    let decision = of_run(&run(code), Level::Full);
    assert!(matches!(decision, Beginning::Spawn(_)), "{code}");
}

#[track_caller]
fn forked(code: &str, modules: &[&str]) {
    let modules = modules.iter().map(|name| (*name).to_owned()).collect();
    let decision = of_run(&run(code), Level::Full);
    assert_eq!(decision, Beginning::Fork(modules), "{code}");
}

#[test]
fn what_looks_at_the_start_of_its_process_is_spawned() {
    spawned("import sys\nprint(len(sys.modules))\n");
    spawned("from sys import modules\n");
    spawned("import gc\nprint(gc.get_count())\n");
    spawned("def f():\n    import os, gc as g\n");
    spawned("import tracemalloc\n");
    spawned("import sys\nprint(sys.getrefcount(x))\n");
    spawned("import importlib.util\n");
    spawned("from importlib import reload\n");
    spawned("import multiprocessing as mp\n");
    spawned("from concurrent.futures import ProcessPoolExecutor\n");
    spawned("import threading\nprint(threading.enumerate())\n");
    spawned("import sys\nprint(sys.flags)\n");
    spawned("import warnings\nwarnings.simplefilter('error')\n");
    spawned("import __main__\n");
    spawned("import signal\n");
    spawned("import atexit\n");
    spawned("import ctypes\n");
    spawned("print(id(x))\n");
    spawned("import os\nprint(os.getppid())\n");
    spawned("exec('import sys; print(sys.modules)')\n");
    spawned("import sys as s\nprint(s.modules)\n");
    spawned("import sys\nprint(getattr(sys, 'mod' + 'ules'))\n");
    spawned("print(object.__subclasses__())\n");
    spawned("m = __import__('g' + 'c')\n");
    spawned("from sys import *\n");
    spawned("import os\nprint(os.sys.path)\n");
    spawned("import inspect, sys\nprint(inspect.getmembers(sys))\n");
    spawned("print(eval('sy' + 's'))\n");
    spawned("help('modules')\n");
    spawned("import asyncio\nprint(asyncio.signal)\n");
    spawned("from sys import path, modules\n");
    spawned("open('/proc/self/status')\n");
}

#[test]
fn what_cannot_tell_is_forked_with_what_it_imports_at_its_top_level() {
    forked("print(1)\n", &[]);
    forked(
        "import json, asyncio as a\nfrom typing import Any\n",
        &["asyncio", "typing", "json"],
    );
    forked("if True:\n    import asyncio\n", &[]);
    forked("def f():\n    import asyncio\n", &[]);
    forked(
        "import concurrent.futures\nimport os.path\n",
        &["concurrent.futures"],
    );
    forked("import numpy\n", &[]);
    forked("for i, x in enumerate(xs):\n    print(i)\n", &[]);
    forked("if __name__ == '__main__':\n    print(1)\n", &[]);
    forked(
        "code = 'x'\nimport sys\nprint(sys.version, file=sys.stderr)\n",
        &[],
    );
    forked("from sys import exit, argv\nexit(1)\n", &[]);
    forked(
        "import json, sys\nimport re\nre.compile('x')\n",
        &["json", "re"],
    );
    forked("print(user.id, self.id, f(user_id))\n", &[]);
}

#[test]
fn what_a_run_needs_beside_its_code_counts_too() {
    let spawns = |change: &dyn Fn(&mut PlannedRun), level| {
        let mut run = run("print(1)\n");
        change(&mut run);
        matches!(of_run(&run, level), Beginning::Spawn(_))
    };
    assert!(!spawns(&|_| (), Level::Full));
    assert!(spawns(&|_| (), Level::Off));
    assert!(spawns(&|_| (), Level::Reduced));
    assert!(spawns(&|run| run.start = Some(Start::Spawn), Level::Full));
    assert!(spawns(&|run| run.program.stdin.push('x'), Level::Full));
    assert!(spawns(
        &|run| run.environment = Some("web".into()),
        Level::Full
    ));
    assert!(spawns(
        &|run| run.interpreter.prefix = "/venv".into(),
        Level::Full
    ));
    assert!(spawns(&|run| run.surroundings.hash_seed = 1, Level::Full));
    let mut asked = run("import gc\n");
    asked.start = Some(Start::Fork);
    assert_eq!(of_run(&asked, Level::Full), Beginning::Fork(Vec::new()));
}

#[test]
fn folders_of_packages_are_named_where_they_are() {
    let prefix = tempfile::tempdir().unwrap();
    let here = prefix.path().join("lib/python3.12/site-packages");
    std::fs::create_dir_all(&here).unwrap();
    std::fs::create_dir_all(prefix.path().join("lib/python3")).unwrap();
    let mut found = interpreter(&prefix.path().join("bin/python"), 12);
    found.library_paths = vec![prefix.path().join("lib/python3")];
    assert_eq!(packages(&found), [here.to_str().unwrap()]);
}

#[test]
fn modules_are_imported_in_advance_where_several_runs_share_them() {
    let mut runs = vec![run("import asyncio\nimport json\n"); SHARED];
    runs.push(run("import asyncio\nimport queue\n"));
    runs.push(run("import queue\n"));
    let runs: Vec<_> = runs.into_iter().map(Arc::new).collect();
    let names = |decision: &Beginning| match decision {
        Beginning::Fork(modules) => modules.join(" "),
        Beginning::Spawn(reason) => panic!("{reason}"),
    };
    let decisions: Vec<String> = decide(&runs, Level::Full).iter().map(names).collect();
    assert_eq!(decisions[0], "asyncio json");
    assert_eq!(decisions[SHARED], "asyncio");
    assert_eq!(decisions[SHARED + 1], "");
}
