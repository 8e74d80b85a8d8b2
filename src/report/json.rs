//! JSON lines: one object a line, all keys always present. The contract is README's "JSON lines".

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::compare::{Difference, Instability, VaryingSpan};
use crate::plan::Interpreter;
use crate::problem::Problem;

use super::safe;
use super::{
    ExampleReport, FenceReport, Report, RunReport, Starts, comparison, told_difference,
    verdict_name,
};

/// Writes what comes before all results.
pub(crate) fn begin(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    write_fences(&report.fences, sink)
}

/// Writes one example's results; none of it has to wait.
pub(crate) fn example(example: &ExampleReport, sink: &mut dyn Write) -> io::Result<bool> {
    for run in &example.runs {
        line(&result(example, run), sink)?;
    }
    if let Some(behaviours) = &example.behaviours {
        line(&comparison::to_json(example, behaviours), sink)?;
    }
    Ok(false)
}

/// Writes problems, and the summary last.
pub(crate) fn end(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    report
        .all_problems()
        .try_for_each(|found| line(&problem(found), sink))?;
    line(&summary(report), sink)
}

/// Writes one line for each fence.
pub(crate) fn write_fences(fences: &[FenceReport], sink: &mut dyn Write) -> io::Result<()> {
    fences
        .iter()
        .try_for_each(|found| line(&fence(found), sink))
}

fn line(value: &Value, sink: &mut dyn Write) -> io::Result<()> {
    sink.write_all(safe::json(&value.to_string()).as_bytes())?;
    sink.write_all(b"\n")
}

fn fence(report: &FenceReport) -> Value {
    let fence = &report.fence;
    json!({
        "type": "fence",
        "guide": report.guide,
        "line": fence.position.line,
        "kind": fence.kind,
        "info": fence.info,
        "fate": fence.fate.name(),
        "reason": fence.fate.reason(),
        "id": fence.id,
    })
}

fn result(example: &ExampleReport, run: &RunReport) -> Value {
    let transcript = run.transcript.as_ref();
    let blocks = run.blocks.as_ref().map(|blocks| {
        blocks
            .iter()
            .map(|(line, stdout)| json!({"line": line, "stdout": stdout}))
            .collect::<Vec<_>>()
    });
    json!({
        "type": "result",
        "id": example.id,
        "guide": example.guide,
        "line": example.line,
        "python": run.interpreter.version,
        "build": run.interpreter.build.name(),
        "verdict": verdict_name(run.verdict),
        "reason": reason(run),
        "recorded": run.recorded,
        "ending": transcript.map(|transcript| &transcript.ending),
        "stdout": transcript.map(|transcript| &transcript.stdout),
        "stderr": transcript.map(|transcript| &transcript.stderr),
        "difference": told_difference(run).map(difference),
        "blocks": blocks,
        "duration_ms": run.duration_ms,
        "cached": run.cached,
        "start": run.start,
        "hint": run.hint,
        "varying": run.varying.as_ref().map(varying),
        "start_reason": run.spawned_because,
    })
}

/// Returns what varies between runs: each stretch with the values seen there and what they look like.
fn varying(found: &Instability) -> Vec<Value> {
    let span = |span: &VaryingSpan| {
        json!({
            "stream": span.stream,
            "line": span.line,
            "column": span.column,
            "values": span.values,
            "looks_like": span.looks_like,
        })
    };
    found.spans.iter().map(span).collect()
}

fn reason(run: &RunReport) -> Option<String> {
    let fault = run
        .faults
        .iter()
        .find(|fault| fault.fails)
        .map(|fault| fault.message.clone());
    run.reason.clone().or(fault)
}

fn difference(difference: &Difference) -> Value {
    json!({
        "stream": difference.stream,
        "expected": difference.expected,
        "actual": difference.actual,
        "class": difference.class,
        "why": difference.why,
        "line": difference.line,
    })
}

/// Returns a problem as JSON.
pub(crate) fn problem(problem: &Problem) -> Value {
    json!({
        "type": "problem",
        "code": problem.code,
        "severity": problem.severity,
        "guide": problem.guide,
        "line": problem.position.map(|position| position.line),
        "column": problem.position.map(|position| position.column),
        "message": match &problem.why {
            Some(why) => format!("{}: {why}", problem.message),
            None => problem.message.clone(),
        },
        "hint": problem.hint,
    })
}

fn summary(report: &Report) -> Value {
    let tally = report.tally();
    json!({
        "type": "summary",
        "schema": 1,
        "fences": report.fates(),
        "runs": tally.verdicts(),
        "interpreters": report.interpreters.iter().map(interpreter).collect::<Vec<_>>(),
        "sandbox": report.sandbox,
        "wall_ms": report.wall_ms,
        "starts": starts(tally.starts),
    })
}

/// How many runs came from the cache, how many were forked or started anew, and how many of the latter
/// had been forked first and did not match.
fn starts(starts: Starts) -> Value {
    json!({
        "cached": starts.cached,
        "fork": starts.forked,
        "spawn": starts.spawned,
        "fell_back": starts.fell_back,
    })
}

fn interpreter(interpreter: &Interpreter) -> Value {
    json!({
        "version": interpreter.version,
        "build": interpreter.build.name(),
        "path": interpreter.path.to_string_lossy(),
    })
}

/// Writes one line for each interpreter.
///
/// # Errors
///
/// Where writing fails.
pub fn interpreters(found: &[Interpreter], sink: &mut dyn Write) -> io::Result<()> {
    found
        .iter()
        .try_for_each(|one| line(&interpreter(one), sink))
}
