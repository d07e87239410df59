//! What a verification found, area by area.

use serde::{Serialize, Serializer};

use crate::runs::folder::RunFolder;
use crate::vocabulary::named_enum;

/// Differences of one area that are told; the others are counted.
const DIFFERENCES_TOLD: usize = 20;

named_enum! {
    /// What is tested.
    pub enum Area {
        /// The files of the folder against the manifest.
        Outputs = "outputs",
        /// The files that were read against the manifest.
        Inputs = "inputs",
        /// Whether every row that was read has an outcome, and manifest and summary agree.
        ControlTotals = "control_totals",
        /// Whether tables foot, within themselves and with the summary.
        Tables = "tables",
        /// Whether the bill is the sum of the lines.
        Bill = "bill",
        /// Whether ids follow from their fields.
        Identities = "identities",
        /// Whether rows stand in their stated order.
        Order = "order",
        /// Whether the same command gives the same bytes.
        Reperformance = "re_performance",
    }
}

impl Serialize for Area {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What was found in one area.
#[derive(Clone, Debug, Serialize)]
pub struct AreaReport {
    /// The area.
    pub area: Area,
    /// What was tested and held, each in a sentence.
    pub sound: Vec<String>,
    /// What differs, each with what was expected and what was found.
    pub differences: Vec<String>,
    /// Differences beyond those told.
    pub further_differences: u64,
    /// What could not be tested, and why.
    pub not_tested: Vec<String>,
}

impl AreaReport {
    /// Nothing found yet.
    pub fn new(area: Area) -> Self {
        Self {
            area,
            sound: Vec::new(),
            differences: Vec::new(),
            further_differences: 0,
            not_tested: Vec::new(),
        }
    }

    /// Something that was tested and held.
    pub fn sound(&mut self, text: impl Into<String>) {
        self.sound.push(text.into());
    }

    /// Something that differs.
    pub fn difference(&mut self, text: impl Into<String>) {
        if self.differences.len() < DIFFERENCES_TOLD {
            self.differences.push(text.into());
        } else {
            self.further_differences += 1;
        }
    }

    /// Something that could not be tested.
    pub fn not_tested(&mut self, text: impl Into<String>) {
        self.not_tested.push(text.into());
    }

    /// How many differences there are.
    pub fn count(&self) -> u64 {
        self.differences.len() as u64 + self.further_differences
    }
}

/// What was found in a run.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// The folder as given.
    pub run: String,
    /// When it was sealed, in UTC.
    pub finished_at: String,
    /// The version of counterfoil that wrote it.
    pub version: String,
    /// The command that made it, word by word.
    pub command: Vec<String>,
    /// Whether nothing differs.
    pub is_sound: bool,
    /// What was found in each area.
    pub areas: Vec<AreaReport>,
}

impl Verification {
    /// Nothing tested yet.
    pub fn of(run: &RunFolder) -> Self {
        Self {
            run: run.path.display().to_string(),
            finished_at: run.manifest.finished_at.clone(),
            version: run.manifest.tool.version.to_string(),
            command: run.manifest.command.clone(),
            is_sound: true,
            areas: Vec::new(),
        }
    }

    /// Adds what was found in an area.
    pub fn add(&mut self, report: AreaReport) {
        self.is_sound &= report.count() == 0;
        self.areas.push(report);
    }

    /// How many differences there are.
    pub fn differences(&self) -> u64 {
        self.areas.iter().map(AreaReport::count).sum()
    }
}
