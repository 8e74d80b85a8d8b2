//! Which distribution has a module, where the two are not called alike. Pure.

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

/// Proposes the line that gives an example a module.
#[must_use]
pub fn missing_module_hint(module: &str) -> String {
    let top = module.split('.').next().unwrap_or(module);
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
        ] {
            assert!(missing_module_hint(module).contains(line), "{module}");
        }
    }
}
