//! `--dry-run`: what a run would read and write.

use std::path::Path;

use super::args::LogArgs;
use super::batch::Purpose;
use super::opened_log::FileInfo;

/// What a run would read and write.
pub fn plan(purpose: Purpose<'_>, args: &LogArgs, files: &[FileInfo], out: &Path) -> String {
    let mut text = String::from("Would read\n");
    for file in files {
        text.push_str(&format!(
            "  {} ({} bytes)\n",
            file.path.display(),
            file.bytes
        ));
        text.push_str(&format!("    columns: {}\n", file.columns.join(", ")));
        if !file.ignored_columns.is_empty() {
            text.push_str(&format!(
                "    ignored: {}\n",
                file.ignored_columns.join(", ")
            ));
        }
    }
    let others = [
        &args.source.accounts,
        &args.source.templates,
        &args.source.evidence,
        &args.source.rates,
    ];
    for path in others.into_iter().flatten() {
        text.push_str(&format!("  {}\n", path.display()));
    }
    let replaces = if out.exists() {
        ", replacing what is there"
    } else {
        ""
    };
    text.push_str(&format!("Would write {}{replaces}\n", out.display()));
    for table in purpose.tables() {
        text.push_str(&format!("  tables/{table}.parquet\n"));
        if args.output.csv {
            text.push_str(&format!("  tables/{table}.csv\n"));
        }
    }
    for file in purpose.files() {
        text.push_str(&format!("  {file}\n"));
    }
    text
}
