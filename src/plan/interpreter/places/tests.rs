//! Names and layouts, as listings: no file of this machine is looked at.

use super::*;

#[test]
fn names_of_interpreters_are_told_from_their_tools() {
    for name in [
        "python",
        "python3",
        "python3.13t",
        "python3.12.exe",
        "python2.7",
        "pypy3.10",
        "python3.11-dbg",
    ] {
        assert!(is_name(name), "{name}");
    }
    for name in [
        "python3-config",
        "python3.12-gdb.py",
        "pythonw",
        "pip3",
        "ipython",
        "python-build",
        "pypyclient",
    ] {
        assert!(!is_name(name), "{name}");
    }
}

#[test]
fn places_follow_the_variables() {
    let variable = |name: &str| match name {
        "HOME" => Some("/home/me".into()),
        "PATH" => Some("/opt/tools/shims:/usr/bin".into()),
        "XDG_CACHE_HOME" => Some("/cache".into()),
        "ASDF_DATA_DIR" => Some(OsString::new()),
        _ => None,
    };
    let places = Places::from_variables(&variable);
    let has = |path: &str| places.collections.contains(&Collection::of(path.into()));
    assert!(has("/home/me/.pyenv/versions") && has("/home/me/.local/share/uv/python"));
    assert!(has("/home/me/.asdf/installs/python") && has("/opt/tools/versions"));
    assert_eq!(places.cache, Some("/cache/fencepost".into()));
    assert_eq!(places.search.len(), 2);
}

/// Returns every program that a machine with these variables and files shows.
fn found_in(variables: &[(&str, &str)], files: &[&str]) -> Vec<String> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    let entries = |folder: &Path| {
        let below = files
            .iter()
            .filter_map(|file| Path::new(file).strip_prefix(folder).ok());
        let first = below.filter_map(|path| path.components().next());
        let mut paths: Vec<PathBuf> = first.map(|name| folder.join(name)).collect();
        paths.sort();
        paths.dedup();
        paths
    };
    let is_program = |path: &Path| files.iter().any(|file| Path::new(file) == path);
    let look = Look {
        entries: &entries,
        is_program: &is_program,
    };
    let found = Places::from_variables(&variable).found_by(look).into_iter();
    found.map(|(_, path)| path.display().to_string()).collect()
}

/// Every file whose name ends in `*` has to be found, and no other.
#[track_caller]
fn layout(variables: &[(&str, &str)], files: &[&str]) {
    let plain: Vec<&str> = files
        .iter()
        .map(|file| file.trim_end_matches('*'))
        .collect();
    let mut found = found_in(variables, &plain);
    let marked = files.iter().filter_map(|file| file.strip_suffix('*'));
    let mut expected: Vec<&str> = marked.collect();
    found.sort();
    found.dedup();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_mac_has_homebrew_frameworks_and_version_managers() {
    layout(
        &[
            ("HOME", "/Users/me"),
            ("PATH", "/usr/bin:/Users/me/.pyenv/shims"),
        ],
        &[
            "/usr/bin/python3*",
            "/Users/me/.pyenv/shims/python3.12",
            "/Users/me/.pyenv/versions/3.12.1/bin/python3.12*",
            "/opt/homebrew/bin/python3.12*",
            "/opt/homebrew/bin/python3.12-config",
            "/opt/homebrew/opt/python@3.9/bin/python3.9*",
            "/opt/homebrew/opt/python@3.9/bin/pip3.9",
            "/opt/homebrew/opt/node/bin/python3",
            "/usr/local/bin/python3.11*",
            "/usr/local/opt/python@3.11/bin/python3.11*",
            "/Library/Frameworks/Python.framework/Versions/3.13/bin/python3.13*",
            "/Library/Frameworks/Python.framework/Versions/3.13/bin/python3-config",
            "/Library/Frameworks/Python.framework/Versions/Current/bin/python3.13*",
            "/Library/Frameworks/PythonT.framework/Versions/3.13/bin/python3.13t*",
            "/Users/me/.local/share/uv/python/cpython-3.12.3-macos-aarch64-none/bin/python3.12*",
        ],
    );
    layout(
        &[("HOME", "/Users/me"), ("HOMEBREW_PREFIX", "/Users/me/brew")],
        &[
            "/Users/me/brew/bin/python3*",
            "/Users/me/brew/opt/python@3.10/bin/python3.10*",
        ],
    );
}

#[test]
fn windows_has_what_its_launcher_knows_and_version_managers() {
    layout(
        &[
            ("USERPROFILE", "C:/Users/me"),
            ("LOCALAPPDATA", "C:/Users/me/AppData/Local"),
            ("APPDATA", "C:/Users/me/AppData/Roaming"),
            ("ProgramFiles", "C:/Program Files"),
            ("ProgramFiles(x86)", "C:/Program Files (x86)"),
            ("SystemDrive", "C:"),
        ],
        &[
            "C:/Users/me/AppData/Local/Programs/Python/Python312/python.exe*",
            "C:/Users/me/AppData/Local/Programs/Python/Python312/pythonw.exe",
            "C:/Users/me/AppData/Local/Programs/Python/Python312/Scripts/pip.exe",
            "C:/Users/me/AppData/Local/Programs/Python/Python313/python3.13t.exe*",
            "C:/Users/me/AppData/Local/Programs/Python/Python313-32/python.exe*",
            "C:/Users/me/AppData/Local/Programs/Python/Launcher/py.exe",
            "C:/Users/me/AppData/Local/Python/pythoncore-3.14-64/python.exe*",
            "C:/Users/me/AppData/Local/Microsoft/WindowsApps/python.exe",
            "C:/Program Files/Python311/python.exe*",
            "C:/Program Files/Inkscape/bin/python.exe",
            "C:/Program Files (x86)/Python38-32/python.exe*",
            "C:/Python310/python.exe*",
            "C:/Users/me/AppData/Roaming/uv/python/cpython-3.12.3-windows-x86_64-none/python.exe*",
            "C:/Users/me/.pyenv/pyenv-win/versions/3.11.9/python.exe*",
            "C:/Users/me/AppData/Local/mise/installs/python/3.12.1/python.exe*",
        ],
    );
}

#[test]
fn environments_among_installations_are_none() {
    layout(
        &[("HOME", "/home/me")],
        &[
            "/home/me/.pyenv/versions/mine/pyvenv.cfg",
            "/home/me/.pyenv/versions/mine/bin/python3.12",
            "/home/me/.pyenv/versions/3.12.1/bin/python3.12*",
        ],
    );
}
