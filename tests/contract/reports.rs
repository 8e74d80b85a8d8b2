use crate::support::Project;

#[test]
fn a_table_tells_why_and_what_else_is_wrong() {
    let text = "```python\nprint(1) #> 2\n```\n\n```pyhton\n1\n```\n";
    let project = Project::new().file("a.md", text);
    let ran = project.run("check --format markdown").exits(1);
    ran.prints("claims `2`").prints("| a.md:5 | error |");
}

#[cfg(unix)]
#[test]
fn a_report_is_written_to_a_device_and_never_in_its_place() {
    use std::os::unix::fs::FileTypeExt;
    let project = Project::new().guide("a.md", &["print(1)"]);
    let pipe = project.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    project.run("check a.md --output pipe").exits(0);
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
    assert!(reader.join().unwrap().contains("1 guide"));
}
