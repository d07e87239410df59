//! Blocks behave alike wherever they lie, and nothing stays on the disk.

use std::fs;

use super::*;

const ALL: u64 = u64::MAX;

fn limits(plain_bytes: u64, file_bytes: u64) -> Limits {
    Limits {
        resident_bytes: 1 << 40,
        plain_bytes,
        file_bytes,
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_list_keeps_its_records_wherever_they_lie() {
    let folder = folder();
    let all_mapped = Memory::bounded(limits(0, ALL), folder.path()).expect("a file");
    let some_mapped = Memory::bounded(limits(100_000, ALL), folder.path()).expect("a file");
    for memory in [Memory::unlimited(), all_mapped, some_mapped] {
        let mut list = List::of(&memory, (0..50_000).map(|number: u64| number * number));
        memory.give_back_pages();
        list.set(49_999, 7);
        memory.give_back_pages();
        assert_eq!((list.len(), *list.at(49_999)), (50_000, 7));
        assert!(
            list.iter()
                .take(49_999)
                .copied()
                .eq((0..49_999).map(|number| number * number))
        );
        assert_eq!(memory.check(), Ok(()));
    }
}

#[test]
fn blocks_are_mapped_only_beyond_the_share_of_plain_memory() {
    let folder = folder();
    let memory =
        Memory::bounded(limits(3 * BLOCK_BYTES as u64, ALL), folder.path()).expect("a file");
    let block = || Block::<u64>::with_capacity(&memory, Block::<u64>::RECORDS);
    let spilled = || memory.usage().expect("a bound").spilled_bytes;
    let plain = [block(), block(), block()];
    assert_eq!(spilled(), 0);
    let mapped = block();
    assert_eq!(spilled(), BLOCK_BYTES as u64);
    drop(plain);
    // What was given back is taken again, so the file grows no more.
    let again = [block(), block(), block()];
    assert_eq!(spilled(), BLOCK_BYTES as u64);
    drop((mapped, again));
}

#[test]
fn a_large_piece_comes_back_whole_and_leaves_its_room() {
    let folder = folder();
    let memory = Memory::bounded(limits(0, ALL), folder.path()).expect("a file");
    for _ in 0..3 {
        let numbers = Block::of(&memory, 1_000_000, 0..1_000_000u32);
        memory.give_back_pages();
        assert!(numbers.iter().copied().eq(0..1_000_000));
    }
    assert_eq!(memory.usage().expect("a bound").spilled_bytes, 4_000_000);
}

#[test]
fn a_full_disk_is_an_error_with_folder_bytes_and_a_next_step() {
    let folder = folder();
    let memory = Memory::bounded(limits(0, 1 << 20), folder.path()).expect("a file");
    let list = List::of(&memory, 0..1_000_000u64);
    // What was asked for is there all the same: the run ends at its next check.
    assert!(list.iter().copied().eq(0..1_000_000));
    let error = memory.check().expect_err("a full disk").to_string();
    let path = folder.path().display().to_string();
    assert!(
        error.contains(&path) && error.contains("50331648 bytes"),
        "{error}"
    );
    assert!(error.contains("--temp-dir"), "{error}");
}

#[test]
fn the_folder_is_empty_while_the_memory_is_in_use_and_after() {
    let folder = folder();
    let memory = Memory::bounded(limits(0, ALL), folder.path()).expect("a file");
    let list = List::of(&memory, 0..1_000_000u64);
    let entries = || fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!((list.len(), entries()), (1_000_000, 0));
    drop((memory, list));
    assert_eq!(entries(), 0);
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let folder = folder().path().join("missing");
    let error = Memory::bounded(limits(0, ALL), &folder).expect_err("no folder");
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn a_bound_below_the_fixed_part_is_refused_with_the_least() {
    let Err(MemoryError::TooSmall { least, .. }) = Limits::within(1 << 20, 3) else {
        panic!("refused");
    };
    assert!(Limits::within(least, 3).is_ok() && Limits::within(least - 1, 3).is_err());
    assert!(Limits::within(least, 4).is_err());
}

#[test]
fn a_bound_that_is_passed_by_what_cannot_be_spilled_ends_the_run() {
    let folder = folder();
    let limits = Limits {
        resident_bytes: 1 << 20,
        ..limits(0, ALL)
    };
    let memory = Memory::bounded(limits, folder.path()).expect("a file");
    let mut looks = 0;
    while memory.check().is_ok() {
        looks += 1;
        assert!(looks < 2_000, "the watch sees it");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(matches!(
        memory.check(),
        Err(MemoryError::Exceeded {
            limit: 1_048_576,
            ..
        })
    ));
}

#[test]
fn usage_is_told_in_the_largest_unit() {
    let usage = Usage {
        limit_bytes: 4 << 30,
        peak_bytes: 3_435_973_837,
        spilled_bytes: 0,
        folder: "/var/tmp".into(),
    };
    assert_eq!(
        usage.to_string(),
        "peak memory 3.3 GiB of 4 GiB, nothing spilled"
    );
    let spilled = Usage {
        spilled_bytes: 300 << 20,
        ..usage
    };
    let text = "peak memory 3.3 GiB of 4 GiB, 300 MiB spilled to /var/tmp";
    assert_eq!(spilled.to_string(), text);
}
