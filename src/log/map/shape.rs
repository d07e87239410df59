//! Which places of a record a map asks for, and how they are taken out of JSON.
//!
//! The places form a tree of names and arrays; everything beside it is passed over unread.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::captured::{Captured, SlotPlace};
use super::path::Step;

/// The places of a record that a map asks for.
#[derive(Clone, Debug)]
pub struct Shape {
    nodes: Vec<Node>,
    /// How many slots the instances of each level have.
    level_slots: Vec<u16>,
    /// The way in to the items of each level.
    level_steps: Vec<Vec<Step>>,
}

/// A place of a record.
#[derive(Clone, Debug, Default)]
struct Node {
    /// The level whose instances have it.
    level: u16,
    slot: Option<u16>,
    names: Vec<(String, u32)>,
    elements: Vec<(usize, u32)>,
    /// Every element of the array that stands here, which is an instance of its own level.
    each: Option<u32>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            level_slots: vec![0],
            level_steps: vec![Vec::new()],
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
        let capture = Capture {
            shape: self,
            node: 0,
            instance: 0,
            record,
        };
        capture.deserialize(&mut deserializer)?;
        deserializer.end()
    }
}

/// Takes the value that stands at a node.
struct Capture<'s, 'r> {
    shape: &'s Shape,
    node: u32,
    instance: u32,
    record: &'r mut Captured,
}

impl Capture<'_, '_> {
    fn node(&self) -> &Node {
        &self.shape.nodes[self.node as usize]
    }

    fn text(self, text: &str) {
        if let Some(slot) = self.node().slot {
            self.record.set_text(self.instance, slot, text.as_bytes());
        }
    }

    fn nested(&mut self) {
        if let Some(slot) = self.node().slot {
            self.record.set_nested(self.instance, slot);
        }
    }

    fn inside(&mut self, node: u32, instance: u32) -> Capture<'_, '_> {
        Capture {
            shape: self.shape,
            node,
            instance,
            record: self.record,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Capture<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Capture<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.text(text);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.text(&value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.text(&value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.text(&value.to_string());
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.text(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.nested();
        let shape = self.shape;
        let node = &shape.nodes[self.node as usize];
        if let Some(each) = node.each {
            let level = shape.nodes[each as usize].level;
            let slots = usize::from(shape.level_slots[level as usize]);
            loop {
                let instance = self.record.add(level, self.instance, slots);
                if items
                    .next_element_seed(self.inside(each, instance))?
                    .is_none()
                {
                    self.record.remove_last();
                    return Ok(());
                }
            }
        }
        for index in 0.. {
            let wanted = node.elements.iter().find(|known| known.0 == index);
            let next = match wanted {
                Some(&(_, element)) => {
                    let instance = self.instance;
                    items.next_element_seed(self.inside(element, instance))?
                }
                None => items.next_element::<IgnoredAny>()?.map(|_| ()),
            };
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.nested();
        let shape = self.shape;
        let names = &shape.nodes[self.node as usize].names;
        while let Some(known) = members.next_key_seed(Key(names))? {
            match known {
                Some(node) => {
                    let instance = self.instance;
                    members.next_value_seed(self.inside(node, instance))?;
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Looks a member's name up.
struct Key<'s>(&'s [(String, u32)]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<u32>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u32>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<u32>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Option<u32>, E> {
        let known = self.0.iter().find(|known| known.0 == name);
        Ok(known.map(|known| known.1))
    }
}
