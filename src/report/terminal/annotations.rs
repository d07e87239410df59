//! Warnings as annotations that GitHub shows beside a run.

use std::fmt::Write;

use crate::report::summary::Summary;

/// One `::error` line for each reason of incompleteness, one `::warning` for each cause of difference and
/// each warning, one `::notice` for each code of findings.
pub fn annotations(summary: &Summary) -> String {
    let mut text = String::new();
    for reason in &summary.incomplete {
        let _ = writeln!(text, "::error title=Incomplete evidence::{}", data(reason));
    }
    for (name, comparison) in [
        ("invoice", &summary.invoice),
        ("analytics", &summary.analytics),
    ] {
        for bridge in comparison.iter().flat_map(|comparison| &comparison.bridges) {
            for step in &bridge.steps {
                let _ = writeln!(
                    text,
                    "::warning title={}::{}",
                    property(step.cause),
                    data(&format!(
                        "{name}: {} {} over {} rows",
                        step.amount, bridge.currency, step.rows
                    ))
                );
            }
        }
    }
    for (code, counts) in summary.findings.iter().flatten() {
        let _ = writeln!(
            text,
            "::notice title={}::{} findings, {} of them violations",
            property(code),
            counts.count,
            counts.violations
        );
    }
    for warning in &summary.warnings {
        let _ = writeln!(
            text,
            "::warning title={}::{}",
            property(&warning.code),
            data(&format!("{} {}", warning.count, warning.text))
        );
    }
    text
}

/// An error as an annotation.
pub fn error(message: &str) -> String {
    format!("::error::{}\n", data(message))
}

/// A warning as an annotation.
pub fn warning(message: &str) -> String {
    format!("::warning::{}\n", data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
