//! `JUnit` XML, one suite per guide, one case per example and interpreter.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use crate::compare::Verdict;

use super::{ExampleReport, Report, RunReport, ending_in_words, safe, verdict_name};

/// Writes the report of these examples.
pub(crate) fn write(
    report: &Report,
    examples: &[ExampleReport],
    sink: &mut dyn Write,
) -> io::Result<()> {
    let mut junit = Junit::new("fencepost");
    junit.set_time(Duration::from_millis(report.wall_ms));
    for of_guide in examples.chunk_by(|one, next| one.guide == next.guide) {
        junit.add_test_suite(suite(of_guide));
    }
    if report.all_problems().next().is_some() {
        junit.add_test_suite(problems(report));
    }
    junit.serialize(&mut *sink).map_err(io::Error::other)?;
    writeln!(sink)
}

/// Returns the suite of one guide's examples.
fn suite(examples: &[ExampleReport]) -> TestSuite {
    let guide = examples.first().map_or("", |example| &example.guide);
    let mut suite = TestSuite::new(safe::xml(guide));
    for example in examples {
        suite.add_test_cases(example.runs.iter().map(|run| case(example, run)));
    }
    suite
}

fn case(example: &ExampleReport, run: &RunReport) -> TestCase {
    let name = format!(
        "{} [{}{}]",
        example.id,
        run.interpreter.version,
        run.interpreter.build.suffix()
    );
    let mut case = TestCase::new(safe::xml(&name), status(example, run));
    case.set_classname(safe::xml(&example.guide));
    case.set_time(Duration::from_millis(run.duration_ms));
    case.extra
        .insert("file".into(), safe::xml(&example.guide).into());
    case.extra
        .insert("line".into(), example.line.to_string().into());
    if let Some(transcript) = &run.transcript {
        case.set_system_out(safe::xml(&transcript.stdout));
        case.set_system_err(safe::xml(&transcript.stderr));
    }
    case
}

fn status(example: &ExampleReport, run: &RunReport) -> TestCaseStatus {
    let failed = |kind| {
        let mut status = TestCaseStatus::non_success(kind);
        status
            .set_type(verdict_name(run.verdict))
            .set_message(safe::xml(&message(run)));
        if let Some(difference) = super::told_difference(run) {
            let text = format!(
                "expected:\n{}\nactual:\n{}",
                difference.expected, difference.actual
            );
            status.set_description(safe::xml(&text));
        }
        status
    };
    match run.verdict {
        Verdict::Match => TestCaseStatus::success(),
        Verdict::Differs | Verdict::Flaky => failed(NonSuccessKind::Failure),
        Verdict::Unrecorded if example.unrecorded_fails => failed(NonSuccessKind::Failure),
        Verdict::Blocked => failed(NonSuccessKind::Error),
        Verdict::Unrecorded | Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(safe::xml(&message(run)));
            status
        }
    }
}

fn message(run: &RunReport) -> String {
    let fault = run
        .faults
        .iter()
        .find(|fault| fault.fails)
        .map(|fault| fault.message.clone());
    let ending = || {
        run.transcript
            .as_ref()
            .map(|transcript| ending_in_words(&transcript.ending))
    };
    run.reason
        .clone()
        .or(fault)
        .or_else(ending)
        .unwrap_or_default()
}

fn problems(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new("problems");
    for problem in report.all_problems() {
        let place = problem.guide.clone().unwrap_or_default();
        let line = problem
            .position
            .map(|position| format!(":{}", position.line))
            .unwrap_or_default();
        let mut status = if problem.is_error() {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        } else {
            TestCaseStatus::success()
        };
        if problem.is_error() {
            status
                .set_type(problem.code.as_str())
                .set_message(safe::xml(&problem.message));
        }
        suite.add_test_case(TestCase::new(
            safe::xml(&format!("{} {place}{line}", problem.code)),
            status,
        ));
    }
    suite
}
