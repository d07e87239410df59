//! The sheets of a workbook and what they share: paper, headers, properties. Nothing of it depends on a clock.

use anyhow::Result;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

use super::style::Styles;

const A4: u8 = 9;
const WIDTH_MIN: usize = 9;
/// Filters and bold letters need room beside the text.
const WIDTH_EXTRA: usize = 3;
/// Excel dates a file that names no date by the clock.
const CREATED: (u16, u8, u8) = (2000, 1, 1);

/// Where a workbook comes from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    /// The command that made it.
    pub command: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// Program version.
    pub version: &'a str,
    /// Seals the run.
    pub fingerprint: &'a str,
}

/// A workbook that is being written.
pub struct Book {
    workbook: Workbook,
    /// How cells look.
    pub styles: Styles,
    /// Rows of a table that a sheet shows.
    pub rows_max: usize,
    footer: String,
}

impl Book {
    /// An empty workbook about a run.
    ///
    /// # Errors
    /// None in practice: the date is one.
    pub fn new(origin: Origin<'_>, rows_max: usize) -> Result<Self> {
        let mut workbook = Workbook::new();
        let (year, month, day) = CREATED;
        let properties = DocProperties::new()
            .set_title(format!("counterfoil {}", origin.command))
            .set_subject(origin.subject)
            .set_author(format!("counterfoil {}", origin.version))
            .set_comment(format!("Fingerprint {}", origin.fingerprint))
            .set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?);
        workbook.set_properties(&properties);
        Ok(Self {
            workbook,
            styles: Styles::new(),
            rows_max,
            // An ampersand would be a code.
            footer: origin.fingerprint.replace('&', "&&"),
        })
    }

    /// A sheet that prints on wide paper, as wide as the page, with its name and the fingerprint on each.
    ///
    /// # Errors
    /// If the name is none that a sheet can have.
    pub fn sheet(&self, name: &str) -> Result<Worksheet> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        sheet
            .set_landscape()
            .set_paper_size(A4)
            .set_print_fit_to_pages(1, 0)
            .set_header("&Lcounterfoil&R&A")
            .set_footer(format!("&L&8Fingerprint {}&R&8Page &P of &N", self.footer));
        Ok(sheet)
    }

    /// Adds a finished sheet.
    pub fn add(&mut self, sheet: Worksheet) {
        self.workbook.push_worksheet(sheet);
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// If the sheets do not make a workbook.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        Ok(self.workbook.save_to_buffer()?)
    }
}

/// Makes columns as wide as what they show, within reason.
///
/// # Errors
/// If there are more columns than a sheet has.
pub fn set_widths(sheet: &mut Worksheet, widths: &[usize], width_max: usize) -> Result<()> {
    for (column, width) in widths.iter().enumerate() {
        let width = (width + WIDTH_EXTRA).clamp(WIDTH_MIN, width_max);
        sheet.set_column_width(u16::try_from(column)?, u16::try_from(width)?)?;
    }
    Ok(())
}
