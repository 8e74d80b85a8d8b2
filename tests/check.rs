//! `fencepost check`, end to end.

use crate::support::Project;

#[test]
fn a_true_guide_passes_and_a_changed_value_is_found_at_its_line() {
    let project = Project::new().guide("guide.md", &["print(1 + 1)  # => 2"]);
    project.run("record guide.md").exits(0);
    project.run("check guide.md").exits(0).prints("1 match");
    let changed = project.read("guide.md").replace("# => 2", "# => 3");
    project.write("guide.md", &changed);
    project
        .run("check guide.md")
        .exits(1)
        .prints("differs: guide.md:6");
}
