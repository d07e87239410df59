//! Takes the values that a map asks for out of JSON; everything else is passed over unread.
//!
//! A record may stand inside of what a log wraps around it: as a member, in an array, or as JSON in a text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::captured::Captured;
use super::shape::{Node, Shape};

/// How often a text may hold JSON that holds a text with JSON.
const TEXTS_DEEP: u8 = 3;

/// Takes the value that stands at a node.
pub(super) struct Capture<'s, 'r> {
    shape: &'s Shape,
    node: u32,
    instance: u32,
    /// In how many texts the value stands.
    texts_deep: u8,
    record: &'r mut Captured,
}

impl<'s, 'r> Capture<'s, 'r> {
    /// Takes a whole record.
    pub(super) fn of(shape: &'s Shape, record: &'r mut Captured) -> Self {
        Self {
            shape,
            node: 0,
            instance: 0,
            texts_deep: 0,
            record,
        }
    }
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
            texts_deep: self.texts_deep,
            record: self.record,
        }
    }

    /// What a member of a record is to this map.
    fn member(&self, name: &str) -> Member {
        let names = &self.node().names;
        if let Some(&(_, node)) = names.iter().find(|known| known.0 == name) {
            return Member::Asked(node);
        }
        let wraps = |wrapper: &String| wrapper == "*" || wrapper == name;
        match self.node == 0 && self.shape.wrappers.iter().any(wraps) {
            true => Member::Wrapper,
            false => Member::Unasked,
        }
    }

    fn wrapped(&mut self) -> Wrapped<'_, '_> {
        Wrapped(self.inside(0, self.instance))
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
        let instance = self.instance;
        while let Some(member) = members.next_key_seed(Key(&self))? {
            match member {
                Member::Asked(node) => members.next_value_seed(self.inside(node, instance))?,
                Member::Wrapper => members.next_value_seed(self.wrapped())?,
                Member::Unasked => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// What a member is to a map.
enum Member {
    /// A path leads into it, to this node.
    Asked(u32),
    /// A whole record may stand in it.
    Wrapper,
    /// Neither.
    Unasked,
}

/// Looks a member's name up.
struct Key<'c, 's, 'r>(&'c Capture<'s, 'r>);

impl<'de> DeserializeSeed<'de> for Key<'_, '_, '_> {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_, '_> {
    type Value = Member;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Member, E> {
        Ok(self.0.member(name))
    }
}

/// Takes the records out of a wrapper: an object, objects in an array, or either as JSON in a text. Each is an
/// instance of the record's own level.
struct Wrapped<'s, 'r>(Capture<'s, 'r>);

impl Wrapped<'_, '_> {
    fn again(&mut self) -> Wrapped<'_, '_> {
        let instance = self.0.instance;
        Wrapped(self.0.inside(0, instance))
    }
}

impl<'de> DeserializeSeed<'de> for Wrapped<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wrapped<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    /// A text that is not whole JSON holds no record.
    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        let text = text.trim();
        if self.0.texts_deep >= TEXTS_DEEP || !text.starts_with(['{', '[']) {
            return Ok(());
        }
        let before = self.0.record.mark();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let mut inside = self.again();
        inside.0.texts_deep += 1;
        let taken = inside.deserialize(&mut deserializer);
        if taken.and_then(|()| deserializer.end()).is_err() {
            self.0.record.back_to(before);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self.again())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, members: A) -> Result<(), A::Error> {
        let slots = usize::from(self.0.shape.level_slots[0]);
        let around = self.0.instance;
        self.0.instance = self.0.record.add(0, around, slots);
        self.0.visit_map(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::map::path::Path;

    /// The texts at `messages[].id` of every record that stands in a JSON text, with those at `id` around them.
    fn found(json: &str, wrappers: &[&str]) -> Vec<(String, String)> {
        let mut shape = Shape::default();
        shape.wrapped_in(wrappers.iter().map(|&name| name.to_owned()).collect());
        let steps = |path: &str| Path::parse(path).unwrap().steps;
        let level = shape.level(&steps("messages[]")).unwrap();
        let inner = shape.slot(&steps("messages[].id")).unwrap();
        let outer = shape.slot(&steps("id")).unwrap();
        let mut record = Captured::default();
        shape.capture(json, &mut record).unwrap();
        let text =
            |place, instance| String::from_utf8(record.text(place, instance).to_vec()).unwrap();
        let instances = record.instances(level);
        instances
            .map(|instance| (text(inner, instance), text(outer, instance)))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |&(inner, outer): &(&str, &str)| (inner.to_owned(), outer.to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_record_stands_in_what_is_wrapped_around_it() {
        for json in [
            r#"{"id":"A","messages":[{"id":1},{"id":2}]}"#,
            r#"{"id":"log 7","body":{"messages":[{"id":1},{"id":2}],"id":"A"}}"#,
            r#"{"body":"{\"id\":\"A\",\"messages\":[{\"id\":1},{\"id\":2}]}","id":"log 7"}"#,
            r#"{"body":{"body":[{"id":"A","messages":[{"id":1}]},{"id":"A","messages":[{"id":2}]}]}}"#,
        ] {
            let expected = pairs(&[("1", "A"), ("2", "A")]);
            assert_eq!(found(json, &["body"]), expected, "{json}");
            assert_eq!(found(json, &["*"]), expected, "{json}");
        }
    }

    #[test]
    fn what_is_no_wrapper_holds_no_record() {
        for json in [
            r#"{"data":{"messages":[{"id":1}]}}"#,
            r#"{"body":"{\"messages\":[{\"id\":1}]"}"#,
            r#"{"body":[1,-1,1.5,true,null,"text","{"]}"#,
        ] {
            assert_eq!(found(json, &["body"]), [], "{json}");
        }
        assert_eq!(found(r#"{"data":{"messages":[{"id":1}]}}"#, &[]), []);
    }

    #[test]
    fn texts_are_opened_three_deep() {
        let mut json = r#"{"messages":[{"id":1}]}"#.to_owned();
        for deep in 1..=4 {
            json = format!("{{\"body\":{}}}", serde_json::to_string(&json).unwrap());
            assert_eq!(
                found(&json, &["body"]).len(),
                usize::from(deep <= 3),
                "{json}"
            );
        }
    }
}
