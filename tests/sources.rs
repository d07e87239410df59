//! Every source: its fixtures become exactly the rows, rejects and evidence that stand beside them.
//!
//! `tests/sources/PRESET/CASE.ENDING` is imported; `CASE.expected.csv` has the rows by hand, in order of time,
//! with the columns that matter; `CASE.rejects.txt` the codes of the rejected rows, in order, where there are
//! any; `CASE.evidence/TABLE.csv` the evidence. A folder `CASE/` is a source of many files. A case that a test
//! means to read with another map has it beside it as `CASE.map.toml`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Table = (Vec<String>, Vec<Vec<String>>);

#[test]
fn every_fixture_becomes_what_stands_beside_it() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources");
    let mut cases = 0;
    for preset in entries(&home) {
        for path in entries(&preset) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(case) = name.strip_suffix(".expected.csv") else {
                continue;
            };
            holds(&preset, case);
            cases += 1;
        }
    }
    assert!(cases > 0, "no case in {}", home.display());
}

#[test]
fn the_page_on_maps_shows_what_is_tested() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(home.join("docs/maps.md")).unwrap();
    let maps = home.join("tests/sources/own-maps");
    for source in [
        "own-names.csv",
        "local-times.csv",
        "nested-chats.json",
        "state-times.csv",
        "channels.csv",
        "template-rules.csv",
    ] {
        let case = source.split('.').next().unwrap();
        for name in [
            source.to_owned(),
            format!("{case}.map.toml"),
            format!("{case}.expected.csv"),
        ] {
            let text = fs::read_to_string(maps.join(&name)).unwrap();
            assert!(page.contains(text.trim_end()), "{name}");
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn holds(preset: &Path, case: &str) {
    let beside = |ending: &str| preset.join(format!("{case}.{ending}"));
    let is_source = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let own = [
            "expected.csv",
            "rejects.txt",
            "evidence",
            "map.toml",
            "templates.csv",
        ];
        let ending = name.strip_prefix(&format!("{case}."));
        name == case || ending.is_some_and(|ending| !own.contains(&ending))
    };
    let source = entries(preset).into_iter().find(is_source);
    let source = source.unwrap_or_else(|| panic!("{case}: no source"));
    let own_map = beside("map.toml");
    let map = match own_map.exists() {
        true => own_map,
        false => PathBuf::from(preset.file_name().unwrap()),
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("log.csv");
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
    command
        .arg("import")
        .arg(&source)
        .arg("--from")
        .arg(&map)
        .arg("--out")
        .arg(&out);
    command.args(["--max-rejects", "100%", "--quiet"]);
    if beside("templates.csv").exists() {
        command.arg("--templates").arg(beside("templates.csv"));
    }
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {said}", source.display());
    let expected = table(&beside("expected.csv"));
    assert_eq!(
        chosen(&table(&out), &expected.0),
        expected.1,
        "{}",
        source.display()
    );

    let rejects = folder.path().join("log.rejects.csv");
    let codes = match rejects.exists() {
        true => chosen(&table(&rejects), &["code".to_owned()]).concat(),
        false => Vec::new(),
    };
    let expected = fs::read_to_string(beside("rejects.txt")).unwrap_or_default();
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(codes, expected, "rejects of {}", source.display());

    let found = folder.path().join("log.evidence");
    let names = |folder: &Path| -> Vec<String> {
        let files = match folder.exists() {
            true => entries(folder),
            false => Vec::new(),
        };
        files
            .iter()
            .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(
        names(&found),
        names(&beside("evidence")),
        "evidence of {}",
        source.display()
    );
    for name in names(&found) {
        let expected = table(&beside("evidence").join(&name));
        let rows = chosen(&table(&found.join(&name)), &expected.0);
        assert_eq!(rows, expected.1, "{name} of {}", source.display());
    }
}

fn table(path: &Path) -> Table {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    (header, rows.collect())
}

/// The cells of these columns, row by row; a column that the table lacks is empty.
fn chosen((header, rows): &Table, columns: &[String]) -> Vec<Vec<String>> {
    let place = |column: &String| header.iter().position(|name| name == column);
    let places: Vec<Option<usize>> = columns.iter().map(place).collect();
    let cell = |row: &Vec<String>, place: Option<usize>| {
        place.map_or_else(String::new, |place| row[place].clone())
    };
    let row = |row: &Vec<String>| places.iter().map(|&place| cell(row, place)).collect();
    rows.iter().map(row).collect()
}
