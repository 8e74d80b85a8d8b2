//! Signals by name.

use super::Ending;

/// Returns the ending for a process that the signal with this number ended.
pub(super) fn ending(number: i32) -> Ending {
    let signal = name(number);
    if signal == "XCPU" {
        return Ending::Limit {
            limit: "cpu".to_owned(),
        };
    }
    Ending::Signal { signal, number }
}

/// Returns a signal's name without `SIG`; a number that has none is its own name.
#[cfg(unix)]
pub(super) fn name(number: i32) -> String {
    let known = [
        (libc::SIGABRT, "ABRT"),
        (libc::SIGALRM, "ALRM"),
        (libc::SIGBUS, "BUS"),
        (libc::SIGCHLD, "CHLD"),
        (libc::SIGCONT, "CONT"),
        (libc::SIGFPE, "FPE"),
        (libc::SIGHUP, "HUP"),
        (libc::SIGILL, "ILL"),
        (libc::SIGINT, "INT"),
        (libc::SIGIO, "IO"),
        (libc::SIGKILL, "KILL"),
        (libc::SIGPIPE, "PIPE"),
        (libc::SIGPROF, "PROF"),
        (libc::SIGQUIT, "QUIT"),
        (libc::SIGSEGV, "SEGV"),
        (libc::SIGSTOP, "STOP"),
        (libc::SIGSYS, "SYS"),
        (libc::SIGTERM, "TERM"),
        (libc::SIGTRAP, "TRAP"),
        (libc::SIGTSTP, "TSTP"),
        (libc::SIGTTIN, "TTIN"),
        (libc::SIGTTOU, "TTOU"),
        (libc::SIGURG, "URG"),
        (libc::SIGUSR1, "USR1"),
        (libc::SIGUSR2, "USR2"),
        (libc::SIGVTALRM, "VTALRM"),
        (libc::SIGWINCH, "WINCH"),
        (libc::SIGXCPU, "XCPU"),
        (libc::SIGXFSZ, "XFSZ"),
    ];
    known
        .iter()
        .find(|(other, _)| *other == number)
        .map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}

/// Returns the number as text: signals have no names here.
#[cfg(not(unix))]
pub(super) fn name(number: i32) -> String {
    number.to_string()
}
