//! What a map needs of one record, taken out of it.
//!
//! A record is a tree of *instances*: itself, and the elements of the arrays that a map goes through. An
//! instance has the *slots* of its level: the places whose values the map asks for.

/// Where a value stands: on which level of the map, in which slot of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotPlace {
    /// The level.
    pub level: u16,
    /// The slot among the level's.
    pub slot: u16,
}

/// The values of a record, in memory that is used again and again.
#[derive(Debug, Default)]
pub struct Captured {
    text: Vec<u8>,
    values: Vec<Value>,
    instances: Vec<Instance>,
}

/// How much a record had in it.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    text: usize,
    values: usize,
    instances: usize,
}

/// An instance of a level.
#[derive(Clone, Copy, Debug)]
struct Instance {
    level: u16,
    /// The instance around it; the record itself is its own.
    parent: u32,
    first_value: u32,
}

/// What stands in a slot.
#[derive(Clone, Copy, Debug, Default)]
enum Value {
    /// Nothing, or null.
    #[default]
    Absent,
    /// A range of the text: a text, a number or a truth.
    Text(u32, u32),
    /// An object or an array.
    Nested,
}

impl Captured {
    /// Begins with a new record, whose own level has so many slots.
    pub fn begin(&mut self, slots: usize) {
        self.text.clear();
        self.values.clear();
        self.instances.clear();
        self.add(0, 0, slots);
    }

    /// Adds an instance of a level to one around it.
    pub fn add(&mut self, level: u16, parent: u32, slots: usize) -> u32 {
        let number = self.instances.len() as u32;
        self.instances.push(Instance {
            level,
            parent,
            first_value: self.values.len() as u32,
        });
        self.values.resize(self.values.len() + slots, Value::Absent);
        number
    }

    /// Takes the last instance back, which has nothing in it.
    pub fn remove_last(&mut self) {
        if let Some(last) = self.instances.pop() {
            self.values.truncate(last.first_value as usize);
        }
    }

    /// How much is in it.
    pub fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            values: self.values.len(),
            instances: self.instances.len(),
        }
    }

    /// Takes back what was added since a mark.
    pub fn back_to(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        self.values.truncate(mark.values);
        self.instances.truncate(mark.instances);
    }

    /// Whether some text holds a NUL byte.
    pub fn has_nul(&self) -> bool {
        memchr::memchr(0, &self.text).is_some()
    }

    /// Puts a text into a slot of an instance.
    pub fn set_text(&mut self, instance: u32, slot: u16, text: &[u8]) {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(text);
        *self.value_mut(instance, slot) = Value::Text(start, self.text.len() as u32);
    }

    /// Says that an object or an array stands in a slot.
    pub fn set_nested(&mut self, instance: u32, slot: u16) {
        *self.value_mut(instance, slot) = Value::Nested;
    }

    /// The instances of a level.
    pub fn instances(&self, level: u16) -> impl Iterator<Item = u32> + '_ {
        let of_level = move |(_, instance): &(usize, &Instance)| instance.level == level;
        let instances = self.instances.iter().enumerate();
        instances.filter(of_level).map(|(number, _)| number as u32)
    }

    /// The text in a slot of an instance or of one around it; empty where there is none.
    pub fn text(&self, place: SlotPlace, instance: u32) -> &[u8] {
        match self.value(place, instance) {
            Value::Text(start, end) => &self.text[start as usize..end as usize],
            Value::Absent | Value::Nested => &[],
        }
    }

    /// Whether anything but null or an empty text stands in a slot.
    pub fn is_there(&self, place: SlotPlace, instance: u32) -> bool {
        match self.value(place, instance) {
            Value::Text(start, end) => start < end,
            Value::Absent => false,
            Value::Nested => true,
        }
    }

    fn value(&self, place: SlotPlace, mut instance: u32) -> Value {
        let mut found = self.instances[instance as usize];
        while found.level != place.level {
            if found.parent == instance {
                return Value::Absent;
            }
            instance = found.parent;
            found = self.instances[instance as usize];
        }
        self.values[found.first_value as usize + place.slot as usize]
    }

    fn value_mut(&mut self, instance: u32, slot: u16) -> &mut Value {
        let first = self.instances[instance as usize].first_value as usize;
        &mut self.values[first + slot as usize]
    }
}
