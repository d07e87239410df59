//! Which places of a record a map asks for: a tree of names and arrays.

use serde::de::DeserializeSeed;

use super::capture::Capture;
use super::captured::{Captured, SlotPlace};
use super::path::Step;

/// The places of a record that a map asks for.
#[derive(Clone, Debug)]
pub struct Shape {
    pub(super) nodes: Vec<Node>,
    /// How many slots the instances of each level have.
    pub(super) level_slots: Vec<u16>,
    /// The way in to the items of each level.
    level_steps: Vec<Vec<Step>>,
    /// Names of members in which whole records may stand; `*` is every name that no path begins with.
    pub(super) wrappers: Vec<String>,
}

/// A place of a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// The level whose instances have it.
    pub(super) level: u16,
    /// The slot for the value that stands here, where a path ends here.
    pub(super) slot: Option<u16>,
    /// The members of the object that stands here.
    pub(super) names: Vec<(String, u32)>,
    /// Single elements of the array that stands here.
    pub(super) elements: Vec<(usize, u32)>,
    /// Every element of the array that stands here, which is an instance of its own level.
    pub(super) each: Option<u32>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            level_slots: vec![0],
            level_steps: vec![Vec::new()],
            wrappers: Vec::new(),
        }
    }
}

impl Shape {
    /// The level of the items that stand at a place: the record itself, or the elements of an array.
    ///
    /// None where the place is no item: an object inside of one.
    pub fn level(&mut self, steps: &[Step]) -> Option<u16> {
        let node = self.node(steps)?;
        let level = self.nodes[node as usize].level;
        (self.level_steps[level as usize] == steps).then_some(level)
    }

    /// Says in which members of a record, or of what is around it, whole records may stand.
    pub fn wrapped_in(&mut self, names: Vec<String>) {
        self.wrappers = names;
    }

    /// The slot for the value at a place; none if an array is gone through and indexed both.
    pub fn slot(&mut self, steps: &[Step]) -> Option<SlotPlace> {
        let node = self.node(steps)? as usize;
        let level = self.nodes[node].level;
        let slots = &mut self.level_slots[level as usize];
        let slot = *self.nodes[node].slot.get_or_insert_with(|| {
            *slots += 1;
            *slots - 1
        });
        Some(SlotPlace { level, slot })
    }

    fn node(&mut self, steps: &[Step]) -> Option<u32> {
        let mut at = 0;
        for (number, step) in steps.iter().enumerate() {
            let node = &self.nodes[at];
            let known = match step {
                Step::Name(name) => {
                    let mut names = node.names.iter();
                    names.find(|known| known.0 == *name).map(|known| known.1)
                }
                Step::Element(index) => {
                    let mut elements = node.elements.iter();
                    elements
                        .find(|known| known.0 == *index)
                        .map(|known| known.1)
                }
                Step::Each => node.each,
            };
            at = match known {
                Some(known) => known as usize,
                None => self.add(at, step, &steps[..=number])?,
            };
        }
        Some(at as u32)
    }

    fn add(&mut self, at: usize, step: &Step, steps: &[Step]) -> Option<usize> {
        let added = self.nodes.len();
        let mut level = self.nodes[at].level;
        let node = &mut self.nodes[at];
        match step {
            Step::Name(name) => node.names.push((name.clone(), added as u32)),
            Step::Element(_) if node.each.is_some() => return None,
            Step::Element(index) => node.elements.push((*index, added as u32)),
            Step::Each if !node.elements.is_empty() => return None,
            Step::Each => {
                node.each = Some(added as u32);
                level = u16::try_from(self.level_slots.len()).ok()?;
                self.level_slots.push(0);
                self.level_steps.push(steps.to_vec());
            }
        }
        self.nodes.push(Node {
            level,
            ..Node::default()
        });
        Some(added)
    }

    /// The slots of the record itself with the names of the columns that fill them in a CSV file: the way in,
    /// with dots.
    pub fn columns(&self) -> Vec<(String, u16)> {
        let mut found = Vec::new();
        let mut left = vec![(0_usize, String::new())];
        while let Some((at, name)) = left.pop() {
            let node = &self.nodes[at];
            found.extend(node.slot.map(|slot| (name.clone(), slot)));
            let names = node.names.iter().rev();
            left.extend(names.map(|(inside, node)| {
                let dot = if name.is_empty() { "" } else { "." };
                (*node as usize, format!("{name}{dot}{inside}"))
            }));
        }
        found
    }

    /// Begins with a new record of this shape.
    pub fn begin(&self, record: &mut Captured) {
        record.begin(usize::from(self.level_slots[0]));
    }

    /// Takes the values out of a JSON text that is one whole value.
    ///
    /// # Errors
    /// If it is none.
    pub fn capture(&self, json: &str, record: &mut Captured) -> Result<(), serde_json::Error> {
        self.begin(record);
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Capture::of(self, record).deserialize(&mut deserializer)?;
        deserializer.end()
    }
}
