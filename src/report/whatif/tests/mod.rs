//! A what-if as its readers see it: in JSON, on the terminal, as a page, as charts.

mod charts;
mod extremes;
mod page;
mod summary;
mod terminal;
mod workbook;
mod world;
