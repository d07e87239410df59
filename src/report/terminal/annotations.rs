//! Warnings as annotations that GitHub shows beside a run.

use std::fmt::Write;

use crate::replay::outcome::Warning;
use crate::report::summary::Summary;

/// One `::error` line for each reason of incompleteness, one `::warning` for each cause of difference and
/// each warning, one `::notice` for each code of findings.
pub fn annotations(summary: &Summary) -> String {
    let mut text = String::new();
    push_incomplete(&mut text, &summary.incomplete);
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
    push_warnings(&mut text, &summary.warnings);
    text
}

/// One line for each reason of incompleteness.
pub(in crate::report) fn push_incomplete(text: &mut String, reasons: &[String]) {
    for reason in reasons {
        let _ = writeln!(text, "::error title=Incomplete evidence::{}", data(reason));
    }
}

/// One line for each warning.
pub(in crate::report) fn push_warnings(text: &mut String, warnings: &[Warning]) {
    for warning in warnings {
        let _ = writeln!(
            text,
            "::warning title={}::{}",
            property(&warning.code),
            data(&format!("{} {}", warning.count, warning.text))
        );
    }
}

/// An error as an annotation.
pub fn error(message: &str) -> String {
    format!("::error::{}\n", data(message))
}

/// A warning as an annotation.
pub fn warning(message: &str) -> String {
    format!("::warning::{}\n", data(message))
}

/// Text behind the last colon of an annotation.
pub(in crate::report) fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A value of an annotation's property.
pub(in crate::report) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
