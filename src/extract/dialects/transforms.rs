//! Code that is shown otherwise than it runs: hidden lines of `mdBook`, omitted lines of phmdoctest.

use super::super::lines::Line;

/// Takes the prefix of hidden lines away, so that they run; `~` hides in `python,hidelines=~`.
pub(in crate::extract) fn unhidden(guide: &str, lines: &mut [Line], prefix: &str) {
    for line in lines {
        let text = line.text(guide);
        let body = text.trim_start();
        if prefix.is_empty() || !body.starts_with(prefix) {
            continue;
        }
        let indentation = text.len() - body.len();
        line.span.start += indentation + prefix.len();
        line.pad += indentation;
    }
}

/// Says whether a comment in code speaks to phmdoctest.
pub(in crate::extract) fn may_omit(code: &str) -> bool {
    memchr::memchr(b'#', code.as_bytes()).is_some_and(|at| code[at..].contains("phmdoctest:"))
}

/// Applies `# phmdoctest:omit` and `# phmdoctest:pass`; the number of lines stays.
pub(in crate::extract) fn omitted(code: &str) -> Option<String> {
    if !may_omit(code) {
        return None;
    }
    let mut changed = String::with_capacity(code.len());
    let mut omitting: Option<usize> = None;
    for line in code.lines() {
        let indentation = line.len() - line.trim_start().len();
        let blank = line.trim().is_empty();
        omitting = omitting.filter(|column| blank || indentation > *column);
        let comment = line.trim_start().starts_with('#');
        let rest = line.trim_end();
        if omitting.is_none() && !comment && rest.ends_with("phmdoctest:omit") {
            omitting = Some(indentation);
        }
        if omitting.is_some() {
            changed.push('\n');
        } else if !comment && rest.ends_with("phmdoctest:pass") {
            changed.push_str(&line[..indentation]);
            changed.push_str("pass\n");
        } else {
            changed.push_str(line);
            changed.push('\n');
        }
    }
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn omitted_lines_leave_their_place_empty() {
        let code = "a\nif x:  # phmdoctest:omit\n    b\n\n    c\nd\nexit()  # phmdoctest:pass\n";
        assert_eq!(omitted(code).as_deref(), Some("a\n\n\n\n\nd\npass\n"));
        assert_eq!(omitted("a\n"), None);
    }
}
