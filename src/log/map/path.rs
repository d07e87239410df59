//! Paths of a map: where in a record a value stands.
//!
//! `value.messages[].from` goes into objects by name and, with `[]`, into every element of an array;
//! `errors[0].code` into one element. In a rule's path a leading `^` goes out to the object around the item,
//! `^^` to the one around that. A name with a dot, a bracket or a caret in it stands in double quotes.
//! The path of a CSV file's cell is the name of its column.

/// A step into a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Into the member of an object.
    Name(String),
    /// Into one element of an array, from 0.
    Element(usize),
    /// Into every element of an array.
    Each,
}

/// A path as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// How many objects to go out of first.
    pub outward: usize,
    /// The way in from there.
    pub steps: Vec<Step>,
    /// The whole text without carets, which is a CSV column's name.
    pub text: String,
}

impl Path {
    /// Reads a path; says what is wrong with it otherwise.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inward = text.trim_start_matches('^');
        let outward = text.len() - inward.len();
        let mut steps = Vec::new();
        let mut rest = inward.strip_prefix('.').unwrap_or(inward);
        while !rest.is_empty() {
            let name;
            (name, rest) = first_name(rest)?;
            if !name.is_empty() {
                steps.push(Step::Name(name));
            }
            while let Some(inside) = rest.strip_prefix('[') {
                let (index, behind) = inside
                    .split_once(']')
                    .ok_or_else(|| format!("`[` without `]` in `{text}`"))?;
                steps.push(match index.trim() {
                    "" => Step::Each,
                    index => Step::Element(index.parse().map_err(|_| {
                        format!("`[{index}]` in `{text}`: expected `[]` or a number from 0")
                    })?),
                });
                rest = behind;
            }
            match rest.strip_prefix('.') {
                Some("") => return Err(format!("`{text}` ends with a dot")),
                Some(behind) => rest = behind,
                None if rest.is_empty() => {}
                None => return Err(format!("expected `.` before `{rest}` in `{text}`")),
            }
        }
        Ok(Self {
            outward,
            steps,
            text: inward.trim_matches('"').to_owned(),
        })
    }

    /// The way in from the record, for a rule of an item that stands at `item`; none where the path leads
    /// out of the record.
    pub fn resolved(&self, item: &[Step]) -> Option<Vec<Step>> {
        let mut steps = item.to_vec();
        for _ in 0..self.outward {
            // Out of the array and then out of the object that holds it.
            while matches!(steps.last(), Some(Step::Each | Step::Element(_))) {
                steps.pop();
            }
            steps.pop()?;
        }
        steps.extend(self.steps.iter().cloned());
        Some(steps)
    }
}

/// A name and what follows it.
fn first_name(text: &str) -> Result<(String, &str), String> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, rest) = quoted
            .split_once('"')
            .ok_or_else(|| format!("`\"` without its end in `{text}`"))?;
        return Ok((name.to_owned(), rest));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() && rest.starts_with('.') {
        return Err(format!("a name is missing before `{rest}`"));
    }
    Ok((name.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Step {
        Step::Name(name.to_owned())
    }

    #[test]
    fn paths_are_read_step_by_step() {
        for (text, outward, steps) in [
            ("", 0, vec![]),
            ("id", 0, vec![name("id")]),
            ("WABA ID", 0, vec![name("WABA ID")]),
            (
                "entry[].changes[].value",
                0,
                vec![
                    name("entry"),
                    Step::Each,
                    name("changes"),
                    Step::Each,
                    name("value"),
                ],
            ),
            (
                "errors[0].code",
                0,
                vec![name("errors"), Step::Element(0), name("code")],
            ),
            ("^^field", 2, vec![name("field")]),
            ("^.metadata", 1, vec![name("metadata")]),
            ("\"a.b\".c", 0, vec![name("a.b"), name("c")]),
            ("[].id", 0, vec![Step::Each, name("id")]),
        ] {
            let path = Path::parse(text).unwrap();
            assert_eq!((path.outward, path.steps), (outward, steps), "{text}");
        }
        assert_eq!(Path::parse("\"a.b\"").unwrap().text, "a.b");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["a[", "a[x]", "a.", "a..b", "\"a", "a[0]b", ".."] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn carets_go_out_of_objects() {
        let item = Path::parse("entry[].changes[].value.messages[]")
            .unwrap()
            .steps;
        let resolved = |text: &str| Path::parse(text).unwrap().resolved(&item);
        let absolute = |text: &str| Some(Path::parse(text).unwrap().steps);
        assert_eq!(
            resolved("id"),
            absolute("entry[].changes[].value.messages[].id")
        );
        assert_eq!(
            resolved("^metadata.id"),
            absolute("entry[].changes[].value.metadata.id")
        );
        assert_eq!(resolved("^^field"), absolute("entry[].changes[].field"));
        assert_eq!(resolved("^^^id"), absolute("entry[].id"));
        assert_eq!(resolved("^^^^object"), absolute("object"));
        assert_eq!(resolved("^^^^^x"), None);
    }
}
