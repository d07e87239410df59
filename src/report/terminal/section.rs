//! Sections of the page, and how many rows of each there is room for.

use super::layout::Page;

/// Draws a section with so many lines for its rows.
type Draw<'a> = Box<dyn Fn(&mut Page, usize) + 'a>;

/// A part of the page that can be shown with fewer rows.
pub struct Section<'a> {
    rows: usize,
    rows_least: usize,
    may_go: bool,
    draw: Draw<'a>,
}

impl<'a> Section<'a> {
    /// A section of so many rows; `draw` is told how many lines it has for them. Where these are fewer than
    /// the rows, the last of them says what is left out.
    pub fn new(rows: usize, draw: impl Fn(&mut Page, usize) + 'a) -> Self {
        /// A row, and what the others come to.
        const LEAST: usize = 2;
        Self {
            rows,
            rows_least: rows.min(LEAST),
            may_go: false,
            draw: Box::new(draw),
        }
    }

    /// The same, left out where there is no room for it.
    pub fn if_there_is_room(self) -> Self {
        Self {
            may_go: true,
            ..self
        }
    }

    /// The same, with its rows folded into a single line where there is no room for them.
    pub fn in_one_line_at_least(self) -> Self {
        Self {
            rows_least: self.rows.min(1),
            ..self
        }
    }

    fn lines(&self, shown: usize) -> usize {
        let mut page = Page::new(false);
        (self.draw)(&mut page, shown);
        page.lines()
    }
}

/// Draws all sections within so many lines: the longest give way first, then those go that may, the last ones
/// first. What stays too long even then is drawn nevertheless, because nothing that matters is hidden.
pub fn draw_within(page: &mut Page, sections: &[Section<'_>], lines: usize) {
    let mut shown: Vec<usize> = sections.iter().map(|section| section.rows).collect();
    let mut heights: Vec<usize> = sections
        .iter()
        .map(|section| section.lines(section.rows))
        .collect();
    while heights.iter().sum::<usize>() > lines {
        let can_shrink = |&place: &usize| shown[place] > sections[place].rows_least;
        let places = (0..sections.len()).filter(can_shrink);
        let Some(place) = places.max_by_key(|&place| heights[place]) else {
            break;
        };
        shown[place] -= 1;
        heights[place] = sections[place].lines(shown[place]);
    }
    let mut is_drawn = vec![true; sections.len()];
    for place in (0..sections.len()).rev() {
        if sections[place].may_go && heights.iter().sum::<usize>() > lines {
            is_drawn[place] = false;
            heights[place] = 0;
        }
    }
    for ((section, shown), is_drawn) in sections.iter().zip(shown).zip(is_drawn) {
        if is_drawn {
            (section.draw)(page, shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(rows: usize, name: &'static str) -> Section<'static> {
        Section::new(rows, move |page, shown| {
            let whole = if shown < rows { shown - 1 } else { rows };
            for row in 0..whole {
                page.note(&format!("{name}{row}"));
            }
            if whole < rows {
                page.note(&format!("{name} and {} others", rows - whole));
            }
        })
    }

    #[test]
    fn the_longest_section_gives_way() {
        let mut page = Page::new(false);
        draw_within(&mut page, &[section(5, "a"), section(3, "b")], 6);
        let text = page.finish();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(lines, ["a0", "a1", "a and 3 others", "b0", "b1", "b2"]);
    }

    #[test]
    fn what_may_go_goes_last() {
        let mut page = Page::new(false);
        let sections = [section(2, "a"), section(5, "b").if_there_is_room()];
        draw_within(&mut page, &sections, 4);
        draw_within(&mut page, &sections, 3);
        let text = page.finish();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(lines, ["a0", "a1", "b0", "b and 4 others", "a0", "a1"]);
    }

    #[test]
    fn a_row_and_the_rest_always_stay() {
        let mut page = Page::new(false);
        draw_within(&mut page, &[section(5, "a"), section(1, "b")], 1);
        let text = page.finish();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(lines, ["a0", "a and 4 others", "b0"]);
    }
}
