//! Whatever names hold, cells of text stay text, and every part stays XML.

use super::super::text::cell_text;
use super::{Run, archive, sheet};
use calamine::{DataType, Reader};

#[test]
fn every_part_is_well_formed_and_dated_by_no_clock() {
    let parts = archive::parts(&Run::new(300).bytes(1000));
    assert!(parts.len() > 12);
    for (name, part) in &parts {
        archive::assert_well_formed(name, part);
    }
    let properties = &parts["docProps/core.xml"];
    assert_eq!(properties.matches("2000-01-01T00:00:00Z").count(), 2);
    let lines = &parts["xl/worksheets/sheet2.xml"];
    for wanted in [
        "orientation=\"landscape\"",
        "fitToHeight=\"0\"",
        "state=\"frozen\"",
        "<autoFilter",
    ] {
        assert!(lines.contains(wanted), "{wanted}");
    }
    assert!(lines.contains("Fingerprint 0123456789abcdef"));
    assert!(parts["xl/workbook.xml"].contains("Print_Titles"));
}

#[test]
fn names_are_text_and_nothing_else() {
    let names = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "=HYPERLINK(\"http://example.com\")",
        "http://example.com",
        "mailto:a@example.com",
        "<script>&amp;</script>]]>",
        "_x0041_",
        "\u{202e}gnol\u{202c} 😀",
        " spaces ",
        "two\nlines",
        "nul\0 bell\u{7} \u{ffff}",
        "491701234567",
        "TRUE",
        "#REF!",
    ];
    let long = "😀=".repeat(20_000);
    let mut names: Vec<&str> = names.to_vec();
    names.push(&long);
    let mut run = Run::new(300);
    let template = run.lines[0].clone();
    run.lines.clear();
    for name in &names {
        let mut line = template.clone();
        line.account = (*name).to_owned();
        line.market = (*name).to_owned();
        run.lines.push(line);
        run.summary.limits.push((*name).to_owned());
    }
    run.summary.command_line = names.join(" ");
    run.differences[0].explanation = "=1+1".to_owned();
    run.differences[0].invoice_id = Some("@x".into());
    let bytes = run.bytes(1000);
    for (name, part) in archive::parts(&bytes) {
        archive::assert_well_formed(&name, &part);
        assert!(!part.contains("hyperlink"), "{name}");
    }
    let mut book = run.book(1000);
    let range = sheet(&mut book, "Lines");
    for (place, name) in names.iter().enumerate() {
        for column in [0, 3] {
            let cell = range[(4 + place, column)].get_string();
            assert_eq!(cell, Some(&*cell_text(name)), "{place}");
        }
    }
    for name in book.sheet_names() {
        let formulas = book.worksheet_formula(&name).unwrap();
        for (_, _, formula) in formulas.used_cells() {
            let is_ours = ["SUM(", "SUBTOTAL(", "SUMIFS("];
            let is_ours = is_ours.iter().any(|start| formula.starts_with(start));
            assert!(is_ours || formula.is_empty(), "{name}: {formula}");
        }
    }
}
