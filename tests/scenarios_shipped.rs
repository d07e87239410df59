//! The scenarios that are shipped, and those of the documentation: each can be read, and each is told of.

use std::fs;
use std::path::{Path, PathBuf};

use counterfoil::whatif::Scenario;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shipped() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("data/scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

#[test]
fn shipped_scenarios_say_what_they_are_and_stand_in_the_documentation() {
    let documentation = fs::read_to_string(root().join("docs/what-if.md")).unwrap();
    assert!(shipped().len() >= 9);
    for path in shipped() {
        let scenario = Scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(scenario.says.is_some(), "{}", path.display());
        assert!(!scenario.changes().is_empty(), "{}", path.display());
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(
            documentation.contains(&format!("data/scenarios/{name}")),
            "docs/what-if.md does not name {name}"
        );
    }
}

#[test]
fn documented_scenarios_can_be_read() {
    let documentation = fs::read_to_string(root().join("docs/what-if.md")).unwrap();
    let blocks = documentation.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 2);
    for block in blocks {
        let scenario = Scenario::parse(block, "docs/what-if.md");
        let scenario = scenario.unwrap_or_else(|error| panic!("{error}\n{block}"));
        assert!(!scenario.changes().is_empty());
    }
}
