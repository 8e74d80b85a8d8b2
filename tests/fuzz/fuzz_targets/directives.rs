//! Any words in a directive comment, an info string, or another tool's comment.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|words: &str| {
    fencepost_fuzz::read_and_check(&format!("<!-- fencepost: {words} -->\n```python\n1\n```\n"));
    fencepost_fuzz::read_and_check(&format!("<!-- {words} -->\n```python\n1\n```\n"));
    let info = words.replace(['\n', '\r'], " ");
    fencepost_fuzz::read_and_check(&format!("```python {{{info}}}\n1\n```\n"));
    fencepost_fuzz::read_and_check(&format!("~~~{{{info}\n:{info}\n1\n~~~\n"));
});
