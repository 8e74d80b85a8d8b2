use crate::support::Project;

#[test]
fn each_spec_must_choose_something() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    for (words, code) in [
        ("--python newest", 0),
        ("--python all --python newest", 0),
        ("--python newest --python >=3.98", 3),
        ("--python newest --python 3.97..3.98", 3),
        ("--python 3.98..3.97", 2),
        ("--python 3.97,3.98", 2),
        ("--python python3", 2),
        ("--python ./nope", 3),
        ("--python /bin/sh", 3),
        ("--python 3.97t", 3),
    ] {
        project.run(&format!("check {words}")).exits(code);
    }
}
