use super::*;

fn shell(script: &str) -> Command {
    Command::new("/bin/sh")
        .arguments(["-c", script])
        .variable("PATH", "/usr/bin:/bin")
}

#[track_caller]
fn case(script: &str, exit: Exit, stdout: &str) {
    let output = run(&shell(script));
    assert_eq!(
        (output.exit.clone(), output.stdout_text()),
        (exit, stdout.to_owned())
    );
}

#[test]
fn endings_are_told_apart() {
    case("echo hi; exit 7", Exit::Exited(7), "hi\n");
    case("echo hi; kill -SEGV $$", Exit::Signalled(11), "hi\n");
    case("exit 139", Exit::Exited(139), "");
    case("cat", Exit::Exited(0), "");
    case("env | grep -c HOME", Exit::Exited(1), "0\n");
    case(r"printf 'a\377b'", Exit::Exited(0), "a\\xffb");
}

#[test]
fn a_missing_program_never_begins() {
    let output = run(&Command::new("/no/such/program"));
    assert!(matches!(output.exit, Exit::CouldNotStart(_)));
}

#[test]
fn a_command_that_never_ends_is_stopped_with_its_children() {
    let command = shell("sleep 1000 & echo $!; sleep 1000").deadline(Duration::from_millis(300));
    let output = run(&command);
    assert_eq!(output.exit, Exit::TimedOut);
    let pid: i32 = output.stdout_text().trim().parse().unwrap();
    assert!(gone(pid), "the grandchild is still there");
}

#[test]
fn a_grandchild_that_holds_the_pipe_does_not_hold_the_call() {
    let output = run(&shell("sleep 1000 & echo done"));
    assert_eq!(output.exit, Exit::Exited(0));
    assert_eq!(output.stdout_text(), "done\n");
    assert!(output.duration < Duration::from_secs(5));
}

#[test]
fn a_grandchild_in_a_session_of_its_own_does_not_hold_the_call() {
    let output = run(&shell("setsid sleep 3 & sleep 0.1; echo done"));
    assert_eq!(output.stdout_text(), "done\n");
    assert!(output.duration < Duration::from_secs(2));
}

#[test]
fn a_flood_is_cut_at_the_cap() {
    for script in ["yes", "yes >&2"] {
        let output = run(&shell(script));
        assert_eq!(output.exit, Exit::TooMuchOutput);
        assert_eq!(output.stdout.len() + output.stderr.len(), 1 << 20);
    }
}

#[test]
fn who_floods_never_finds_the_pipe_broken() {
    for _ in 0..20 {
        let output = run(&shell("trap '' PIPE; exec yes"));
        assert_eq!(output.exit, Exit::TooMuchOutput);
        assert_eq!(output.stderr_text(), "");
    }
}

#[test]
fn a_flood_that_ends_by_itself_is_still_a_flood() {
    let mut command = shell("echo 0123456789");
    command.output_cap = 5;
    let output = run(&command);
    assert_eq!(
        (output.exit.clone(), output.stdout_text()),
        (Exit::TooMuchOutput, "01234".to_owned())
    );
}

#[test]
fn a_long_input_arrives_whole_and_an_unread_one_hurts_nobody() {
    let text = "line\n".repeat(100_000);
    let output = run(&shell("wc -c").stdin(text.clone()));
    assert_eq!(output.stdout_text().trim(), text.len().to_string());
    let output = run(&shell("echo early").stdin(text));
    assert_eq!(output.stdout_text(), "early\n");
}

#[cfg(target_os = "linux")]
#[test]
fn limits_and_cpus_reach_the_child() {
    let mut command = shell("sleep 0.2; ulimit -n; nproc");
    command.resources = vec![(Resource::OpenFiles, 77)];
    command.cpus = Some(1);
    assert_eq!(run(&command).stdout_text(), "77\n1\n");
}

#[test]
fn dropping_the_future_kills_the_group() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pid");
    let script = format!(
        "sleep 1000 & echo $! > {0}.new; mv {0}.new {0}; wait",
        path.display()
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let command = shell(&script);
        let written = async {
            while !path.exists() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = run_async(&command) => panic!("it never ends by itself"),
            () = written => (),
        }
    });
    let pid = std::fs::read_to_string(&path).unwrap();
    assert!(gone(pid.trim().parse().unwrap()));
}

/// Waits for a killed process to be gone or to be a zombie; bounded.
fn gone(pid: i32) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        match state {
            Err(_) => return true,
            Ok(stat) if stat.contains(") Z ") => return true,
            Ok(_) => std::thread::yield_now(),
        }
    }
    false
}
