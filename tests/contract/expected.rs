use crate::support::Project;

#[test]
fn without_configuration_a_guide_is_found_again_where_its_folder_was_recorded() {
    let project = Project::new().guide("docs/a/b.md", &["print(1)"]);
    project.run("record docs").exits(0);
    project.read("expected/a/b.toml");
    project.run("check docs/a/b.md").exits(0).prints("1 match");
    project
        .run("check docs/a/b.md:6")
        .exits(0)
        .prints("1 match");
    project.write(
        "docs/a/b.md",
        "# Guide\n\n## Part 1\n\n```python\nprint(2)\n```\n",
    );
    let shown = project.run("check docs").exits(1).stdout();
    let line = shown
        .lines()
        .find_map(|line| line.strip_prefix("  if the new output is right: "));
    project.run_shown(".", line.unwrap()).exits(0);
    project.run("check docs").exits(0).prints("1 match");
}
