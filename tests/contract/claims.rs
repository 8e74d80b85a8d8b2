use crate::support::Project;

fn check(text: &str) -> crate::support::Ran {
    Project::new().file("a.md", text).run("check")
}

#[test]
fn without_a_label_bare_and_text_are_advice_and_console_is_a_claim() {
    for info in ["", "text"] {
        let ran = check(&format!("```python\nprint(1)\n```\n\n```{info}\n2\n```\n"));
        ran.exits(0).prints("advice at a.md:6");
    }
    for info in ["console", "output"] {
        let ran = check(&format!("```python\nprint(1)\n```\n\n```{info}\n2\n```\n"));
        ran.exits(1).prints("a.md:6");
    }
    check("```python\nprint(1)\n```\n\n```console\n$ ls\n```\n").exits(0);
}

#[test]
fn a_free_trailing_comment_is_advice_unless_claims_are_strict() {
    let text = "```python\nprint(1)  # 2\n```\n";
    check(text).exits(0).prints("advice at a.md:2");
    let project = Project::new()
        .file(
            "fencepost.toml",
            "guides = [\"*.md\"]\nclaims = \"strict\"\n",
        )
        .file("a.md", text);
    project.run("check").exits(1).prints("a.md:2");
    project.write("fencepost.toml", "guides = [\"*.md\"]\nclaims = \"off\"\n");
    project.run("check").exits(0).prints_no("advice");
}

#[test]
fn a_claim_beside_two_prints_is_about_the_last() {
    check("```python\nprint(1); print(2) #> 2\n```\n").exits(0);
    check("```python\nprint(1); print(2) #> 3\n```\n")
        .exits(1)
        .prints("it printed `2`");
}

#[test]
fn a_prompt_that_says_skip_does_not_run() {
    let text = "```python\n>>> x = []\n>>> x.append(1)  # doctest: +SKIP\n>>> raise SystemExit  # doctest: +SKIP\n\
        nothing\n>>> x\n[]\n```\n";
    check(text).exits(0);
}

#[test]
fn a_changed_print_is_found_at_its_line() {
    let text = "# T\n\n```python\nx = 1\nprint('a')\nprint('b', x)\nprint('c')\n```\n";
    let project = Project::new().file("a.md", text);
    project.run("record").exits(0);
    project.write("a.md", &text.replace("'b', x", "'b', x + 1"));
    project.run("check").exits(1).prints("differs: a.md:6");
    project.write("a.md", &text.replace("x = 1", "x = 1 / 0"));
    project.run("check").exits(1).prints("differs: a.md:4");
}
