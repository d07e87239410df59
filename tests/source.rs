//! What the source must keep: layers that look only upwards, and money without binary floating point.

use std::fs;
use std::path::Path;

/// Modules use only what stands above them in the flow.
#[test]
fn layers_look_only_upwards() {
    let layers = [
        "memory",
        "vocabulary",
        "rulebook",
        "tariff",
        "accounts",
        "store",
        "log",
        "replay",
        "pricing",
        "findings",
        "audit",
        "whatif",
        "picture",
        "explain",
        "report",
        "import",
        "state",
        "simulate",
        "run",
        "runs",
        "job",
        "cli",
    ];
    // Reports are written into the run's folder, and a run seals what the summary says.
    let allowed = [("report", "run"), ("rulebook", "accounts")];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (place, layer) in layers.iter().enumerate() {
        let mut left = vec![source.join(layer)];
        while let Some(folder) = left.pop() {
            for path in fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
            {
                if path.is_dir() {
                    left.push(path);
                    continue;
                }
                let text = fs::read_to_string(&path).unwrap_or_default();
                for below in &layers[place + 1..] {
                    let looks_down = text.contains(&format!("crate::{below}::"));
                    assert!(
                        !looks_down || allowed.contains(&(layer, below)),
                        "{} uses {below}, which stands below it",
                        path.display()
                    );
                }
            }
        }
    }
}

/// no binary floating point on the way of money.
#[test]
fn no_binary_floating_point_on_the_way_of_money() {
    fn scan(folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                scan(&path);
                continue;
            }
            refuse_floats(&path);
        }
    }
    fn refuse_floats(path: &Path) {
        let text = fs::read_to_string(path).expect("a source file");
        for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            assert!(
                word != "f32" && word != "f64",
                "{} in {}",
                word,
                path.display()
            );
        }
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in [
        "vocabulary",
        "tariff",
        "accounts",
        "pricing",
        "findings",
        "audit",
        "simulate/wrong_invoice",
        "report/focus",
        "report/summary",
        "report/terminal",
        "report/whatif/page",
        "report/whatif/summary",
        "report/whatif/terminal",
        "report/whatif/workbook",
        "runs",
        "job",
        "cli/rates",
    ] {
        scan(&sources.join(folder));
    }
    // A cell of a workbook is a binary number: it becomes one in `number.rs`, at the very last step.
    let workbook = sources.join("report/workbook");
    for entry in fs::read_dir(workbook).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_file() && name != "number.rs" && name != "tests.rs" {
            refuse_floats(&path);
        }
    }
    for file in ["charges.rs", "lines.rs", "frame.rs"] {
        refuse_floats(&sources.join("report/tables").join(file));
    }
}
