//! A what-if as its readers see it: in JSON, on the terminal, as a page, as charts.

mod charts;
mod extremes;
mod later;
mod page;
mod summary;
mod terminal;
mod told;
mod workbook;
mod world;
mod years;
