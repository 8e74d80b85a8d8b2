//! Guides made of pieces, so that any bytes are a guide that has examples and outputs.

/// What a guide is made of; the empty piece ends it.
const PIECES: [&str; 72] = [
    "",
    "\n",
    "\n",
    "a\n",
    "b\n",
    "a",
    "b",
    " ",
    "    ",
    "\t",
    "a b\n",
    "é\n",
    "...\n",
    "[..]\n",
    "a[..]\n",
    "[ADDR]\n",
    "0x7f12\n",
    "1\n",
    "[1, 2]\n",
    "```python\n",
    "```python\n",
    "```\n",
    "```\n",
    "```\n",
    "~~~\n",
    "````py\n",
    "````\n",
    "```pycon\n",
    "```output\n",
    "```text\n",
    "~~~text\n",
    "Output:\n\n",
    "print(x)\n",
    "print(x)",
    "print(x)  # => a\n",
    "print(x)  # -> b\n",
    "print(x)  # a\n",
    "#> a\n",
    "#> b\n",
    "#>\n",
    "# => a\n",
    "#> ...\n",
    "# c\n",
    "  # => ",
    "\"\"\"\n",
    "'''\n",
    "x = 1\n",
    "for i in y:\n",
    "    print(i)\n",
    "    #> a\n",
    "\\",
    ">>> x\n",
    ">>> x\n",
    ">>> x  # doctest: +ELLIPSIS\n",
    ">>> x  # doctest: +NORMALIZE_WHITESPACE\n",
    "... y\n",
    "    >>> x\n    a\n",
    "<BLANKLINE>\n",
    "Traceback (most recent call last):\n",
    "  File \"x\", line 1\n",
    "    ...\n",
    "ValueError: a\n",
    "<!-- fencepost: group=g -->\n",
    "<!-- fencepost: python=\"<3.13\" -->\n",
    "<!--pytest-codeblocks:expected-output-->\n",
    "<!--pytest-codeblocks:cont-->\n",
    "```{testcode}\n",
    "```{testoutput}\n",
    "```{doctest}\n",
    "<!-- name: test_a\n",
    "-->\n",
    "<details>\n",
];

/// What examples print; the empty piece parts two outputs.
const PRINTED: [&str; 24] = [
    "",
    "",
    "\n",
    "a\n",
    "b\n",
    "c\n",
    "a",
    " ",
    "a b\n",
    "    a\n",
    "é\n",
    "...\n",
    "[..]\n",
    "0x7f12\n",
    "1\n",
    "[1, 2]\n",
    "True\n",
    "```\n",
    "~~~\n",
    ">>> x\n",
    "$ a\n",
    "\t\n",
    "Traceback (most recent call last):\n    ...\nValueError: a\n",
    "\"\"\"\n",
];

/// What stands before the first line, and before each other one.
const CONTAINERS: [(&str, &str); 6] = [
    ("", ""),
    ("> ", "> "),
    ("- ", "  "),
    ("1. > ", "   > "),
    (">- ", ">  "),
    ("!!! note\n    ", "    "),
];

/// A guide and what its examples print.
#[derive(Debug)]
pub struct Case {
    /// The text.
    pub guide: String,
    /// One for each script and for each prompt, in order.
    pub outputs: Vec<String>,
}

impl Case {
    /// Makes a case of any bytes: the first one lays the guide out, the others are pieces.
    pub fn new(data: &[u8]) -> Self {
        let (layout, data) = data.split_first().unwrap_or((&0, &[]));
        let piece = |byte: &u8| PIECES[usize::from(*byte) % PIECES.len()];
        let end = (data.iter().position(|byte| piece(byte).is_empty())).unwrap_or(data.len());
        let text: String = data[..end].iter().map(piece).collect();
        let printed = data[end..].iter().skip(1);
        let mut outputs = vec![String::new()];
        for byte in printed {
            match PRINTED[usize::from(*byte) % PRINTED.len()] {
                "" => outputs.push(String::new()),
                piece => outputs.last_mut().expect("there is one").push_str(piece),
            }
        }
        Self {
            guide: laid_out(&text, usize::from(*layout)),
            outputs,
        }
    }
}

/// Puts a text into a container, with one kind of line end.
fn laid_out(text: &str, layout: usize) -> String {
    let (first, rest) = CONTAINERS[layout / 2 % CONTAINERS.len()];
    let text = text
        .trim_end_matches('\n')
        .replace('\n', &format!("\n{rest}"));
    let text = format!("# T\n\n{first}{text}\n");
    if layout.is_multiple_of(2) {
        text
    } else {
        text.replace('\n', "\r\n")
    }
}
