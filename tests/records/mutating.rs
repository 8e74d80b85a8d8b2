//! `mutate`: an expectation that cannot fail is worth nothing, and is found.

use crate::support::Project;

fn example(name: &str, directives: &str, code: &str) -> String {
    format!("<!-- fencepost: name={name} {directives} -->\n```python\n{code}\n```\n\n")
}

#[test]
fn expectations_that_compare_what_is_printed_can_fail() {
    let text = [
        example("lines", "", "print(1)\nprint('two')"),
        example("silent", "", "pass"),
        example("raises", "raises=\"KeyError\"", "{}['x']"),
        example("open", "stdout=unordered", "print('a')\nprint('b')"),
    ];
    let project = Project::new().file("a.md", &format!("# G\n\n{}", text.concat()));
    project.run("record").exits(0);
    project
        .run("mutate")
        .exits(0)
        .prints("0 not")
        .prints("every expectation can fail");
}

#[test]
fn an_expectation_that_cannot_fail_is_a_finding() {
    let text = [
        example("ignored", "stdout=ignore", "print(1)"),
        example("wild", "", "print('took 7 ms')\nprint('end')"),
        example("anything", "", "print('x')"),
    ];
    let project = Project::new().file("a.md", &format!("# G\n\n{}", text.concat()));
    project.run("record").exits(0);
    let file = project.read("expected/a.toml");
    let file = file
        .replace("took 7 ms", "took [..] ms")
        .replace("'''\nx\n'''", "'''\n...\n'''");
    project.write("expected/a.toml", &file);
    project.run("check").exits(0);
    let ran = project
        .run("mutate")
        .exits(1)
        .prints("cannot fail: a.md:4 `ignored`")
        .prints("unnoticed: a.md:9 `wild`")
        .prints("`took 7 ms` became `took 8 ms`")
        .prints("patterns of its expectation let output vary")
        .prints("cannot fail: a.md:15 `anything`")
        .prints("2 cannot fail");
    ran.prints_no("every expectation");
    let rows = project
        .run("mutate --format json")
        .exits(1)
        .json("mutation");
    let cannot_fail: Vec<bool> = rows
        .iter()
        .filter_map(|row| row["cannot_fail"].as_bool())
        .collect();
    assert_eq!(cannot_fail, [true, false, true]);
    assert_eq!(rows[1]["patterns"], true);
    assert_eq!(rows[1]["unnoticed"][0]["line"], 1);
    assert!(rows[1]["tried"].as_u64() > Some(5));
}

#[test]
fn what_does_not_match_is_told_and_not_tried() {
    let project = Project::new().guide("a.md", &["print(1)", "print(2)"]);
    project.run("record").exits(0);
    project.write(
        "a.md",
        &project.read("a.md").replace("print(2)", "print(3)"),
    );
    project
        .run("mutate")
        .exits(1)
        .prints("differs: a.md")
        .prints("1 run could not be tried");
}

#[test]
fn without_the_sandbox_it_warns_as_other_commands_do() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    project.run("record").exits(0);
    project
        .run("mutate --sandbox off")
        .exits(0)
        .prints("examples run without the sandbox");
}
