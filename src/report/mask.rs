//! Pseudonyms of customers: the same customer has the same one throughout a run, and nobody can turn it back
//! without the log.

/// The secret under which customers are hidden.
///
/// A bare hash of a telephone number is no pseudonym: all numbers can be tried. So the hash is keyed, and the
/// key comes from what only a holder of the log has: of each input BLAKE3 gives more bytes than the 32 that the
/// manifest prints, and those do not follow from the printed ones.
#[derive(Clone)]
pub struct Mask {
    key: [u8; 32],
}

impl Mask {
    /// The mask of a run with these secrets of its inputs, in any order.
    pub fn of_run<'a>(secrets: impl IntoIterator<Item = &'a [u8; 32]>) -> Self {
        let mut secrets: Vec<&[u8; 32]> = secrets.into_iter().collect();
        secrets.sort_unstable();
        let mut hasher = blake3::Hasher::new_derive_key("counterfoil 2026 pseudonyms of customers");
        for secret in secrets {
            hasher.update(secret);
        }
        Self {
            key: *hasher.finalize().as_bytes(),
        }
    }

    /// What stands for a customer; nothing for none.
    pub fn pseudonym(&self, customer: &str) -> String {
        if customer.is_empty() {
            return String::new();
        }
        let hash = blake3::keyed_hash(&self.key, customer.as_bytes());
        let mut text = String::from("customer-");
        for byte in &hash.as_bytes()[..5] {
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Mask")
    }
}

#[cfg(test)]
mod tests {
    use super::Mask;

    #[test]
    fn a_pseudonym_depends_on_the_customer_and_the_secret_alone() {
        let mask = Mask::of_run([&[1; 32], &[2; 32]]);
        let same = Mask::of_run([&[2; 32], &[1; 32]]);
        let other = Mask::of_run([&[1; 32], &[3; 32]]);
        let customer = "4915112345678";
        assert_eq!(mask.pseudonym(customer), same.pseudonym(customer));
        assert_ne!(mask.pseudonym(customer), other.pseudonym(customer));
        assert_ne!(mask.pseudonym(customer), mask.pseudonym("4915112345679"));
        assert!(!mask.pseudonym(customer).contains(customer));
        assert_eq!(mask.pseudonym(""), "");
    }
}
