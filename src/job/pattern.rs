//! Paths with places to fill in: `{job}`, `{run}` and `{month}`.

use std::path::PathBuf;

use serde::Deserialize;

/// A path with places to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern of this text.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The first thing that is wrong with it: a place that is not there, or one that is missing.
    pub fn fault(&self, allowed: &[&str], needed: &str) -> Option<String> {
        let mut rest = self.0.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return Some(format!("`{}` opens a {{ that nothing closes", self.0));
            };
            if !allowed.contains(&name) {
                let allowed: Vec<String> =
                    allowed.iter().map(|name| format!("{{{name}}}")).collect();
                return Some(format!(
                    "`{}` has {{{name}}}; there are {}",
                    self.0,
                    allowed.join(", ")
                ));
            }
            rest = after;
        }
        let is_there = needed.is_empty() || self.0.contains(&format!("{{{needed}}}"));
        (!is_there).then(|| {
            format!(
                "`{}` lacks {{{needed}}}: each would replace the one before",
                self.0
            )
        })
    }

    /// The path with its places filled in.
    pub fn fill(&self, values: &[(&str, &str)]) -> PathBuf {
        let mut text = self.0.clone();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        PathBuf::from(text)
    }

    /// Whether it has this place.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&format!("{{{name}}}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_others_refused() {
        let pattern = Pattern::new("reports/{job}/{run}");
        let filled = pattern.fill(&[("job", "daily"), ("run", "7")]);
        assert_eq!(filled, PathBuf::from("reports/daily/7"));
        assert_eq!(pattern.fault(&["job", "run"], "run"), None);
        let fault = pattern.fault(&["job", "month"], "").unwrap_or_default();
        assert!(fault.contains("{run}; there are {job}, {month}"), "{fault}");
        assert!(Pattern::new("reports/x").fault(&["run"], "run").is_some());
        assert!(Pattern::new("reports/{run").fault(&["run"], "").is_some());
    }
}
