//! A reader of markup that is just good enough to find what is wrong with it.

use std::collections::BTreeSet;

use serde_json::Value;

const VOID: [&str; 5] = ["meta", "br", "col", "hr", "link"];

/// The tags of a page in their order.
pub struct Markup<'a> {
    tags: Vec<Tag<'a>>,
}

struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    is_end: bool,
    is_alone: bool,
}

impl<'a> Markup<'a> {
    /// Reads the tags; the content of the style sheet is none.
    pub fn of(html: &'a str) -> Self {
        let mut tags = Vec::new();
        let mut rest = html;
        while let Some(from) = rest.find('<') {
            rest = &rest[from + 1..];
            if rest.starts_with('!') {
                continue;
            }
            let (inside, after) = rest.split_once('>').expect("every tag ends");
            let is_end = inside.starts_with('/');
            let inside = inside.trim_start_matches('/');
            let end = inside.find([' ', '/', '\n']).unwrap_or(inside.len());
            let name = &inside[..end];
            assert!(
                name.starts_with(|letter: char| letter.is_ascii_alphabetic()),
                "a stray < before {inside:?}"
            );
            tags.push(Tag {
                name,
                attributes: &inside[end..],
                is_end,
                is_alone: inside.ends_with('/') || VOID.contains(&name),
            });
            rest = after;
            if name == "style" && !is_end {
                rest = &rest[rest.find("</style>").expect("the style sheet ends")..];
            }
        }
        Self { tags }
    }

    fn starts(&self) -> impl Iterator<Item = &Tag<'a>> {
        self.tags.iter().filter(|tag| !tag.is_end)
    }

    /// How many elements have this name.
    pub fn count(&self, name: &str) -> usize {
        self.starts().filter(|tag| tag.name == name).count()
    }

    /// What is opened is closed, inside out.
    pub fn assert_balanced(&self, page: &str) {
        let mut open = Vec::new();
        for tag in &self.tags {
            match (tag.is_end, tag.is_alone) {
                (true, _) => assert_eq!(open.pop(), Some(tag.name), "{page}"),
                (false, true) => {}
                (false, false) => open.push(tag.name),
            }
        }
        assert!(open.is_empty(), "{page}: {open:?} stay open");
    }

    /// A heading is at most one step deeper than the one before.
    pub fn assert_headings_in_order(&self, page: &str) {
        let mut last = 0;
        for tag in self.starts() {
            let depth = tag
                .name
                .strip_prefix('h')
                .and_then(|rest| rest.parse().ok());
            if let Some(depth) = depth {
                assert!(depth <= last + 1, "{page}: h{depth} after h{last}");
                last = depth;
            }
        }
        assert!(last > 0);
    }

    /// Every table has a caption, and every heading cell says what it heads.
    pub fn assert_tables_are_named(&self, page: &str) {
        assert_eq!(self.count("caption"), self.count("table"), "{page}");
        for (place, tag) in self.tags.iter().enumerate() {
            if tag.name == "table" && !tag.is_end {
                assert_eq!(self.tags[place + 1].name, "caption", "{page}");
            }
            if tag.name == "th" && !tag.is_end {
                assert!(tag.attributes.contains("scope=\""), "{page}");
            }
        }
    }

    /// No id stands twice; every link inside the page and every label has its target.
    pub fn assert_ids_are_unique_and_links_lead_somewhere(&self, page: &str) {
        let values = |name: &str| -> Vec<&str> {
            let starts = self.starts();
            starts
                .filter_map(|tag| {
                    let (_, rest) = tag.attributes.split_once(&format!(" {name}=\""))?;
                    rest.split('"').next()
                })
                .collect()
        };
        let ids = values("id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{page}");
        for label in values("aria-labelledby") {
            assert!(unique.contains(label), "{page}: {label}");
        }
        for link in values("href") {
            match link.strip_prefix('#') {
                Some(id) => assert!(unique.contains(id), "{page}: {link}"),
                None => assert!(link.starts_with("http"), "{page}: {link}"),
            }
        }
    }

    /// No element reacts to anything.
    pub fn assert_no_handlers(&self, page: &str) {
        for tag in self.starts() {
            // What stands between quotes is a value.
            let mut names = tag.attributes.split('"').step_by(2);
            assert!(
                !names.any(|name| name.contains(" on")),
                "{page}: {}",
                tag.attributes
            );
        }
    }

    /// The rows of each table, its heads included.
    pub fn rows_of_tables(&self) -> Vec<usize> {
        let mut rows = Vec::new();
        for tag in self.starts() {
            match (tag.name, rows.last_mut()) {
                ("table", _) => rows.push(0),
                ("tr", Some(count)) => *count += 1,
                _ => {}
            }
        }
        rows
    }
}

/// The numbers of page one as a summary would write them; those of its tables are only their names.
pub fn numbers_of_page_one(html: &str) -> BTreeSet<String> {
    let first = html.split("<header class=\"first\">").nth(1).unwrap();
    let first = first.split("</header>").next().unwrap();
    let mut text = String::new();
    let mut rest = first;
    while let Some((before, tag)) = rest.split_once('<') {
        let is_name_of_table = text.ends_with("<number>");
        if is_name_of_table {
            text.truncate(text.len() - "<number>".len());
        } else {
            text.push_str(before);
        }
        let (inside, after) = tag.split_once('>').unwrap();
        text.push(' ');
        if inside == "span class=\"number\"" {
            text.push_str("<number>");
        }
        rest = after;
    }
    for (entity, letter) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ] {
        text = text.replace(entity, letter);
    }
    numbers(&text)
}

/// Every number that stands in a summary, in numbers and in texts, and how many entries each of its lists has.
pub fn numbers_of_json(value: &Value) -> BTreeSet<String> {
    let mut known = numbers(&value.to_string());
    fn add_lengths(value: &Value, known: &mut BTreeSet<String>) {
        match value {
            Value::Array(items) => {
                known.insert(items.len().to_string());
                items.iter().for_each(|item| add_lengths(item, known));
            }
            Value::Object(fields) => {
                known.insert(fields.len().to_string());
                fields.values().for_each(|item| add_lengths(item, known));
            }
            _ => {}
        }
    }
    add_lengths(value, &mut known);
    known
}

/// Numbers without separators and without zeros that say nothing.
fn numbers(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_ascii_digit() && letter != ',' && letter != '.')
        .map(|word| word.trim_matches([',', '.']).replace(',', ""))
        .filter(|word| !word.is_empty())
        .map(|word| match word.contains('.') {
            true => word.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => word,
        })
        .collect()
}
