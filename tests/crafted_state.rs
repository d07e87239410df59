//! States that someone has written by hand, with a checksum that holds: whatever they say, a run ends with an exit code
//! of its own and leaves nothing. `COUNTERFOIL_SEEDS=n` tries n of them.

mod continued;
#[path = "generator/random.rs"]
#[allow(dead_code)] // A part of it is used.
mod random;
mod run_folders;

use std::fs;

use continued::{MAGIC_AND_VERSION, Pieces, begun, is_sound, next_day, sections};
use random::Random;

/// A state of these sections, as its writer would have sealed it.
fn sealed(state: &[u8], sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = state[..MAGIC_AND_VERSION].to_vec();
    for (number, content) in sections {
        bytes.push(*number);
        bytes.extend((content.len() as u64).to_le_bytes());
        bytes.extend(content);
    }
    bytes.push(0);
    let checksum = blake3::hash(&bytes);
    bytes.extend(checksum.as_bytes());
    bytes
}

/// Sections that are packed: the header, settled charges, keys.
fn is_packed(number: u8) -> bool {
    number <= 3
}

/// Changes some bytes; in text mostly digits, so that it stays text.
fn changed(content: &[u8], random: &mut Random) -> Vec<u8> {
    let mut content = content.to_vec();
    for _ in 0..1 + random.below(4) {
        if content.is_empty() {
            break;
        }
        let place = random.below(content.len());
        match random.below(5) {
            0 => content.truncate(place),
            1 => content[place] ^= 1 << random.below(8),
            2 => content.insert(place, b'9'),
            3 => content[place] = 0xff,
            _ => {
                let digits = content
                    .iter()
                    .enumerate()
                    .filter(|(_, byte)| byte.is_ascii_digit());
                let places: Vec<usize> = digits.map(|(place, _)| place).collect();
                if !places.is_empty() {
                    let place = places[random.below(places.len())];
                    let many = vec![b'9'; 1 + random.below(20)];
                    content.splice(place..place, many);
                }
            }
        }
    }
    content
}

fn run(pieces: &mut Pieces, state: &[u8], what: &str) {
    fs::write(pieces.home.path("state"), state).unwrap();
    pieces.home.log("new.csv", &next_day());
    let words = [
        "audit",
        "new.csv",
        "--out",
        "crafted",
        "--force",
        "--state-in",
        "state",
    ];
    let said = pieces.home.run(&words);
    let code = said.code();
    assert!(
        (0..=4).contains(&code),
        "{what} ended with {code}: {}",
        said.errors()
    );
    // A carried row that was changed may contradict new ones, which are rejected then.
    let is_made = matches!(code, 0 | 1 | 4) || said.errors().contains("--max-rejects");
    assert_eq!(
        pieces.home.path("crafted").exists(),
        is_made,
        "{what}: a folder stands if a run was made: {code} {}",
        said.errors()
    );
    let _ = fs::remove_dir_all(pieces.home.path("crafted"));
}

#[test]
fn whatever_a_sealed_state_says_a_run_ends_in_order() {
    let mut pieces = begun();
    is_sound(&pieces.give(&next_day(), &["--horizon", "1"]));
    let state = fs::read(pieces.home.path("state")).unwrap();
    let whole = sections(&state);
    assert_eq!(sealed(&state, &whole), state, "the test knows the form");
    run(&mut pieces, &state, "the state itself");
    for left_out in 0..whole.len() {
        let mut fewer = whole.clone();
        let (number, _) = fewer.remove(left_out);
        run(
            &mut pieces,
            &sealed(&state, &fewer),
            &format!("a state without section {number}"),
        );
    }
    let seeds = std::env::var("COUNTERFOIL_SEEDS").map_or(60, |count| count.parse().unwrap());
    for seed in 0..seeds {
        let random = &mut Random::new(seed);
        let mut crafted = whole.clone();
        let place = random.below(crafted.len());
        let (number, content) = &mut crafted[place];
        *content = match is_packed(*number) {
            true => {
                let unpacked = zstd::stream::decode_all(&**content).unwrap();
                let unpacked = changed(&unpacked, random);
                zstd::stream::encode_all(&*unpacked, 3).unwrap()
            }
            false => changed(content, random),
        };
        let what = format!("seed {seed}, section {number}");
        run(&mut pieces, &sealed(&state, &crafted), &what);
    }
}
