//! Sections: a heading and what stands under it.

use super::figure::Figure;
use super::table::Table;

/// A section behind page one.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its place.
    pub number: usize,
    /// Where links to it lead.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// Something in a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading of its own.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A command to type.
    Command(&'static str),
    /// Several paragraphs of one kind.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// A chart.
    Figure(Figure),
}

impl Section {
    /// A section in which nothing stands.
    pub fn new(id: &'static str, title: &'static str) -> Self {
        Self {
            number: 0,
            id,
            title,
            blocks: Vec::new(),
        }
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds a paragraph.
    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// Adds a command.
    pub fn command(&mut self, command: &'static str) {
        self.blocks.push(Block::Command(command));
    }

    /// Adds a list; nothing for an empty one.
    pub fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// Adds a table; nothing for one without rows.
    pub fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    /// Adds charts.
    pub fn figures(&mut self, figures: Vec<Figure>) {
        self.blocks.extend(figures.into_iter().map(Block::Figure));
    }
}
