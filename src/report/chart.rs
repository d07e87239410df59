//! A chart: a drawing with its name and what it says in words.

/// One drawing of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Name of its files in `charts/`, without an ending: `cost_by_day`.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// The drawing, as wide as its `viewBox`: no fixed size, no font of its own, no script.
    pub svg: String,
}
