//! Where a module that is missing comes from: a distribution, or the standard library of other versions. Pure.

/// Modules whose distribution has another name.
const OTHERWISE: [(&str, &str); 34] = [
    ("Crypto", "pycryptodome"),
    ("OpenSSL", "pyopenssl"),
    ("PIL", "pillow"),
    ("attr", "attrs"),
    ("bs4", "beautifulsoup4"),
    ("cv2", "opencv-python-headless"),
    ("dateutil", "python-dateutil"),
    ("discord", "discord.py"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("fitz", "pymupdf"),
    ("git", "gitpython"),
    ("google", "protobuf"),
    ("jose", "python-jose"),
    ("jwt", "pyjwt"),
    ("kafka", "kafka-python"),
    ("ldap", "python-ldap"),
    ("magic", "python-magic"),
    ("markdown_it", "markdown-it-py"),
    ("memcache", "python-memcached"),
    ("multipart", "python-multipart"),
    ("MySQLdb", "mysqlclient"),
    ("pkg_resources", "setuptools"),
    ("psycopg2", "psycopg2-binary"),
    ("pythonjsonlogger", "python-json-logger"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("slugify", "python-slugify"),
    ("socks", "pysocks"),
    ("telegram", "python-telegram-bot"),
    ("websocket", "websocket-client"),
    ("yaml", "pyyaml"),
    ("zmq", "pyzmq"),
];

/// Modules that came into the standard library, with the version that brought them.
const CAME: [(&str, &str); 5] = [
    ("annotationlib", "3.14"),
    ("compression", "3.14"),
    ("graphlib", "3.9"),
    ("tomllib", "3.11"),
    ("zoneinfo", "3.9"),
];

/// Modules that left the standard library, by the first version without them.
const WENT: [(&str, &[&str]); 3] = [
    ("3.11", &["binhex"]),
    (
        "3.12",
        &["asynchat", "asyncore", "distutils", "imp", "smtpd"],
    ),
    (
        "3.13",
        &[
            "aifc",
            "audioop",
            "cgi",
            "cgitb",
            "chunk",
            "crypt",
            "imghdr",
            "lib2to3",
            "mailcap",
            "nis",
            "nntplib",
            "ossaudiodev",
            "pipes",
            "sndhdr",
            "spwd",
            "sunau",
            "telnetlib",
            "uu",
            "xdrlib",
        ],
    ),
];

/// Proposes the condition under which the standard library has a module.
fn library_hint(top: &str) -> Option<String> {
    if let Some((_, version)) = CAME.iter().find(|(name, _)| *name == top) {
        return Some(format!(
            "the standard library has `{top}` from {version} on: say so with `python=\">={version}\"`"
        ));
    }
    let (version, _) = WENT.iter().find(|(_, names)| names.contains(&top))?;
    Some(format!(
        "`{top}` left the standard library in {version}: say so with `python=\"<{version}\"`, or show what replaced it"
    ))
}

/// Proposes what gives an example a module: the line to add, or the versions that have it.
#[must_use]
pub fn missing_module_hint(module: &str) -> String {
    let top = module.split('.').next().unwrap_or(module);
    if let Some(hint) = library_hint(top) {
        return hint;
    }
    let known = OTHERWISE.iter().find(|(name, _)| *name == top);
    let distribution = known.map_or_else(|| top.replace('_', "-"), |(_, name)| (*name).to_owned());
    format!(
        "add `requires = [\"{distribution}\"]` to the example's `[environments.NAME]` (`env=NAME` chooses it), \
         then run `fencepost env lock` and `fencepost env sync`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_add_names_the_distribution() {
        for (module, line) in [
            ("yaml", "requires = [\"pyyaml\"]"),
            ("sklearn.svm", "requires = [\"scikit-learn\"]"),
            ("typing_extensions", "requires = [\"typing-extensions\"]"),
            ("tomllib", "from 3.11 on: say so with `python=\">=3.11\"`"),
            (
                "distutils.core",
                "left the standard library in 3.12: say so with `python=\"<3.12\"`",
            ),
        ] {
            assert!(missing_module_hint(module).contains(line), "{module}");
        }
    }
}
