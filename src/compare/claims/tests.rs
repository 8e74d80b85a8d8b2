//! Tests of claims: what is false, where, and in which words.

use super::*;
use crate::compare::testing::{analysis, example, interpreter, output, printed, raised, session};

/// Faults as `LINE message`, advice in brackets.
fn told(faults: Vec<ClaimFault>) -> Vec<String> {
    let tell = |fault: ClaimFault| {
        let line = fault.difference.line.unwrap();
        if fault.fails {
            format!("{line} {}", fault.message)
        } else {
            format!("({line} {})", fault.message)
        }
    };
    faults.into_iter().map(tell).collect()
}

fn inline_in(claims: Claims, code: &str, stdout: &str) -> Vec<String> {
    let guide = format!("# Title\n\n```python\n{code}```\n");
    let example = example(&guide, code);
    let analyses = [analysis(code)];
    let transcript = printed(stdout);
    told(false_claims(
        &example,
        &guide,
        &analyses,
        &transcript,
        &interpreter(12),
        claims,
    ))
}

#[track_caller]
fn inline(code: &str, stdout: &str, expected: &[&str]) {
    assert_eq!(inline_in(Claims::Explicit, code, stdout), expected);
}

#[test]
fn a_true_claim_is_no_fault() {
    inline(
        "print(1)  # => 1\nprint(2)\n#> 2\nprint(3)  # -> 3\n",
        "1\n2\n3\n",
        &[],
    );
    inline("print('a\\nb')\n#> a\n#> b\n", "a\nb\n", &[]);
    inline(
        "print(o)  # => <C at 0x7f0123456789>\n",
        "<C at [ADDR]>\n",
        &[],
    );
    inline("print(o)  # => took [..] s\n", "took 3 s\n", &[]);
    inline("print()  #>\n", "\n", &[]);
    inline("#>>> print(1)\nprint(2)\n", "2\n", &[]);
    inline("for i in 'ab':\n    print(i)  # => a\n", "a\nb\n", &[]);
}

#[test]
fn a_false_claim_tells_what_was_printed_there() {
    inline(
        "print(1)  # => 1\nprint(2)  # => 3\n",
        "1\n2\n",
        &["5 the guide claims `3`, and it printed `2`"],
    );
    inline(
        "print(1)\n#> 2\n",
        "1\n",
        &["5 the guide claims `2`, and it printed `1`"],
    );
    inline(
        "print(1)  # => 1\nif x:\n    print(2)  # => 2\n",
        "1\n",
        &["6 the guide claims `2`, and nothing more was printed there"],
    );
}

#[test]
fn a_claim_beside_a_print_means_the_line_of_that_print() {
    inline(
        "print(1)  # => 2\nprint(2)\n",
        "1\n2\n",
        &["4 the guide claims `2`, and it printed `1`"],
    );
}

#[test]
fn claims_out_of_order_are_false() {
    let faults = inline_in(
        Claims::Explicit,
        "if x:\n    print('b')  # => b\n    print('a')  # => a\n",
        "a\nb\n",
    );
    assert_eq!(faults.len(), 1);
}

#[test]
fn where_every_print_has_a_claim_nothing_more_is_printed() {
    inline(
        "print('a')  # => a\nhelp()\n",
        "a\nb\n",
        &["4 it printed `b`, which no claim shows"],
    );
    inline("print('a')  # => a\nprint('b')\n", "a\nb\n", &[]);
}

#[test]
fn a_claim_without_a_print_is_named() {
    inline(
        "x = 1  # => 1\n",
        "",
        &["4 the claim `1` cannot be attributed: no print stands at it, and nothing printed it"],
    );
}

#[test]
fn a_free_comment_is_advice_unless_claims_are_strict() {
    let code = "print(1)  # 2\nprint(3)  # shows three\nprint(4)  # noqa\n";
    let stdout = "1\n3\n4\n";
    let advice = ["(4 the comment says `2`, which is not printed)"];
    assert_eq!(inline_in(Claims::Explicit, code, stdout), advice);
    let strict = inline_in(Claims::Strict, code, stdout);
    assert_eq!(strict.len(), 2, "{strict:?}");
    assert_eq!(strict[0], "4 the guide claims `2`, and it printed `1`");
    assert!(inline_in(Claims::Off, code, stdout).is_empty());
}

const CODE: &str = "f()\n";

fn fence_in(
    shown: &str,
    transcript: &Transcript,
    change: impl FnOnce(&mut Example),
) -> Vec<String> {
    let guide = format!("```python\n{CODE}```\n\nOutput:\n\n```text\n{shown}```\n");
    let mut example = example(&guide, CODE);
    example.outputs.push(output(&guide, shown, 0));
    change(&mut example);
    let analyses = [analysis(CODE)];
    let faults = false_claims(
        &example,
        &guide,
        &analyses,
        transcript,
        &interpreter(12),
        Claims::Explicit,
    );
    told(faults)
}

#[track_caller]
fn fence(shown: &str, transcript: &Transcript, expected: &[&str]) {
    assert_eq!(fence_in(shown, transcript, |_| {}), expected);
}

#[test]
fn a_fence_shows_printed_lines_in_order() {
    fence("a\nc\n", &printed("a\nb\nc\n"), &[]);
    fence("a\n...\nc\n", &printed("a\nb\nc\n"), &[]);
    fence("a\n[..]\n", &printed("a\nb\n"), &[]);
    fence(
        "a\nx\nc\n",
        &printed("a\nb\nc\n"),
        &["9 the guide shows `x`, and it printed `b`"],
    );
    fence(
        "a\nb\n",
        &printed(""),
        &["8 the guide shows `a`, and it was not printed"],
    );
}

#[test]
fn a_fence_may_show_the_exception_as_a_terminal_does() {
    let transcript = raised("a\n", "ValueError: x");
    fence(
        "a\nTraceback (most recent call last):\n  File \"example.py\", line 1, in <module>\n    f()\nValueError: x\n",
        &transcript,
        &[],
    );
    fence("a\nValueError: x\n", &transcript, &[]);
    fence(
        "a\nTraceback (most recent call last):\n  ...\nValueError: y\n",
        &transcript,
        &["11 the guide shows `ValueError: y`, and it printed `ValueError: x`"],
    );
}

#[test]
fn a_fence_is_judged_only_where_its_condition_holds() {
    let transcript = printed("b\n");
    let with = |text: &str| {
        let python = crate::extract::VersionCondition::parse(text).unwrap();
        fence_in("a\n", &transcript, |example| {
            example.outputs[0].python = Some(python);
        })
    };
    assert!(with(">=3.13").is_empty());
    assert_eq!(with("<3.13").len(), 1);
    let advice = fence_in("a\n", &transcript, |example| {
        example.outputs[0].explicit = false;
    });
    assert_eq!(advice, ["(8 the guide shows `a`, and it printed `b`)"]);
}

#[test]
fn a_claim_of_a_group_belongs_to_the_stdout_of_its_block() {
    let guide = "```python\nprint(1)  # => 2\n```\n\n```python\nprint(2)  # => 2\n```\n";
    let mut group = example(guide, "print(1)  # => 2\n");
    let second = crate::compare::testing::block(guide, "print(2)  # => 2\n");
    group.blocks.push(second);
    let analyses: Vec<Analysis> = (group.blocks.iter())
        .map(|block| analysis(&block.code))
        .collect();
    let transcript = Transcript {
        blocks: vec![vec!["1\n".into()], vec!["2\n".into()]],
        ..printed("1\n2\n")
    };
    let faults = false_claims(
        &group,
        guide,
        &analyses,
        &transcript,
        &interpreter(12),
        Claims::Explicit,
    );
    assert_eq!(told(faults), ["2 the guide claims `2`, and it printed `1`"]);
}

fn prompts(code: &str, outputs: &[&str]) -> Vec<String> {
    let guide = format!("```pycon\n{code}```\n");
    let example = session(&guide, code);
    let outputs: Vec<String> = outputs.iter().map(|output| (*output).to_owned()).collect();
    let transcript = Transcript {
        blocks: vec![outputs],
        ..printed("")
    };
    told(false_claims(
        &example,
        &guide,
        &[],
        &transcript,
        &interpreter(12),
        Claims::Explicit,
    ))
}

#[track_caller]
fn prompt(source: &str, want: &str, got: &str, holds: bool) {
    let faults = prompts(&format!(">>> {source}\n{want}"), &[got]);
    assert_eq!(faults.is_empty(), holds, "{faults:?}");
}

#[test]
fn a_prompt_prints_what_is_shown_below_it() {
    prompt("1", "1\n", "1\n", true);
    prompt("1", "2\n", "1\n", false);
    prompt("1", "", "1\n", false);
    prompt("x = 1", "1\n", "", false);
    prompt("1", "1\n", "True\n", true);
    prompt(
        "1 # doctest: +DONT_ACCEPT_TRUE_FOR_1",
        "1\n",
        "True\n",
        false,
    );
    prompt("a", "a\n<BLANKLINE>\nb\n", "a\n\nb\n", true);
    prompt(
        "a # doctest: +DONT_ACCEPT_BLANKLINE",
        "<BLANKLINE>\n",
        "\n",
        false,
    );
    prompt("a", "<C at 0x7f0123456789>\n", "<C at [ADDR]>\n", true);
}

#[test]
fn a_prompt_follows_its_option_flags() {
    prompt("a", "[0, ..., 9]\n", "[0, 1, 9]\n", false);
    prompt(
        "a # doctest: +ELLIPSIS",
        "[0, ..., 9]\n",
        "[0, 1, 9]\n",
        true,
    );
    prompt("a # doctest: +ELLIPSIS", "a...a\n", "a\n", false);
    prompt(
        "a # doctest: +NORMALIZE_WHITESPACE",
        "a  b\n",
        "a\nb\n",
        true,
    );
    prompt("a # doctest: +SKIP", "a\n", "b\n", true);
    prompt("a # doctest: +NUMBER", "3.14\n", "3.14159\n", true);
    prompt("a # doctest: +NUMBER", "3.1416\n", "3.14259\n", false);
    prompt(
        "a # doctest: +FLOAT_CMP",
        "[1.0, 2]\n",
        "[1.0000001, 2]\n",
        true,
    );
    prompt(
        "a # doctest: +FLOAT_CMP",
        "[1.0, 2]\n",
        "[1.0, 2.0]\n",
        false,
    );
    prompt("a # doctest: +FLOAT_CMP", "1.0\n", "1.1\n", false);
    prompt("a", "took [..] s\n", "took 3 s\n", true);
}

#[test]
fn a_prompt_raises_what_is_shown_by_type_and_message() {
    let got = "Traceback (most recent call last):\n    ...\nmod.E: a\n";
    let shown = |message: &str| {
        format!("Traceback (most recent call last):\n  File \"<stdin>\", line 1\n{message}\n")
    };
    prompt("f()", &shown("mod.E: a"), got, true);
    prompt("f()", &shown("mod.E: b"), got, false);
    prompt(
        "f() # doctest: +IGNORE_EXCEPTION_DETAIL",
        &shown("E: b"),
        got,
        true,
    );
    prompt("f()", "1\n", got, false);
    prompt("f()", &shown("mod.E: a"), "1\n", false);
    prompt(
        "f()",
        &shown("mod.E: a"),
        &format!("printed before\n{got}"),
        true,
    );
}

#[test]
fn a_false_prompt_is_told_at_its_output() {
    assert_eq!(
        prompts(">>> 1\n1\n>>> 2\n3\n>>> 4\n", &["1\n", "2\n", "4\n"]),
        [
            "5 the session shows `3`, and it printed `2`",
            "6 the prompt printed `4`, and the guide shows nothing below it",
        ]
    );
}
