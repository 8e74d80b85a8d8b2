use crate::support::Project;

fn checked(blocks: &str) -> crate::support::Ran {
    let project = Project::new().file("a.md", blocks);
    project.run("check --format json")
}

#[test]
fn an_unknown_filter_is_a_finding_with_the_nearest_name() {
    let ran = checked("```python {filter=duration}\nprint(1)\n```\n").exits(1);
    let problem = &ran.json("problem")[0];
    assert_eq!(problem["code"], "unknown-filter");
    assert!(problem["hint"].as_str().unwrap().contains("`durations`"));
    let project = Project::new()
        .file(
            "fencepost.toml",
            "guides = [\"*.md\"]\n[filters]\nweight = \"[0-9]+ kg\"\n",
        )
        .file(
            "a.md",
            "```python {filter=\"weight, durations\"}\nprint('3 kg')\n```\n",
        );
    let ran = project.run("check --format json").exits(0);
    assert_eq!(ran.results()[0]["stdout"], "[WEIGHT]\n");
}

#[test]
fn raises_is_an_uncaught_exception_and_no_text_on_stderr() {
    let printed = "```python {raises=ValueError}\nimport sys\nsys.exit('ValueError: x')\n```\n";
    checked(printed).exits(1);
    let raised = "```python {raises=\"ValueError: x\"}\nraise ValueError('x')\n```\n";
    checked(raised).exits(0);
}

#[test]
fn an_interrupt_is_an_exception_although_python_ends_by_its_signal() {
    for keys in [
        "raises=KeyboardInterrupt",
        "raises=KeyboardInterrupt signal=INT",
        "signal=INT",
    ] {
        checked(&format!(
            "```python {{{keys}}}\nraise KeyboardInterrupt\n```\n"
        ))
        .exits(0);
    }
    checked("```python {raises=KeyboardInterrupt}\nimport os\nos.kill(os.getpid(), 9)\n```\n")
        .exits(1);
}

#[test]
fn examples_with_equal_names_are_each_judged_for_themselves() {
    let text = "```python {name=a}\nprint(1) #> 1\n```\n\n```python {name=a}\nprint(2) #> 2\n```\n\n\
        ```python {group=a}\nprint(3)\n```\n\n```python {group=a}\nprint(4)\n```\n";
    let ran = checked(text).exits(1);
    let told: Vec<(u64, String)> = (ran.results().iter())
        .map(|result| {
            let line = result["line"].as_u64().unwrap();
            (line, result["verdict"].as_str().unwrap().to_owned())
        })
        .collect();
    let unrecorded = |line| (line, "unrecorded".to_owned());
    assert_eq!(told, [unrecorded(1), unrecorded(5), unrecorded(9)]);
    let blocks = ran.results()[2]["blocks"].clone();
    assert_eq!(blocks[1], serde_json::json!({"line": 13, "stdout": "4\n"}));
}
