//! Timelines of small logs.
