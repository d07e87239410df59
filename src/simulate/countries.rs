//! Where customers can be, and telephone numbers that look like those of the country and are nobody's.
//!
//! Each national number begins, behind its area code where the code tells the country, with a digit with which no
//! subscriber's number of that plan begins (a 0 nearly everywhere, since it is dialled before national numbers).

/// A country whose customers can be simulated.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166 alpha-2.
    pub code: &'static str,
    /// What its numbers begin with: country code, area code where needed, and the digit that nobody has.
    leads: &'static [&'static str],
    /// Digits of a whole number.
    digits: u32,
}

const fn country(code: &'static str, leads: &'static [&'static str], digits: u32) -> Country {
    Country {
        code,
        leads,
        digits,
    }
}

/// Every country, by code.
pub static COUNTRIES: &[Country] = &[
    country("AE", &["9710"], 12),
    country("AR", &["540"], 13),
    country("AU", &["610"], 11),
    country("BD", &["8800"], 13),
    country("BR", &["550"], 13),
    country(
        "CA",
        &[
            "12040", "12500", "13060", "14030", "14160", "14180", "15140", "16040", "16130",
            "19020",
        ],
        11,
    ),
    country("CL", &["560"], 11),
    country("CO", &["570"], 12),
    country("DE", &["490"], 13),
    country("EG", &["200"], 12),
    country("ES", &["340"], 11),
    country("FR", &["330"], 11),
    country("GB", &["440"], 12),
    country("ID", &["620"], 13),
    country("IL", &["9720"], 12),
    country("IN", &["910"], 12),
    country("IT", &["399"], 12),
    country("KE", &["2540"], 12),
    country("KZ", &["760"], 11),
    country("MX", &["520"], 12),
    country("MY", &["600"], 12),
    country("NG", &["2340"], 13),
    country("NL", &["310"], 11),
    country("PE", &["510"], 11),
    country("PH", &["630"], 12),
    country("PK", &["920"], 12),
    country("PL", &["480"], 11),
    country("PT", &["3510"], 12),
    country("RU", &["70"], 11),
    country("SA", &["9660"], 12),
    country("SG", &["650"], 10),
    country("TR", &["900"], 12),
    country(
        "US",
        &[
            "12020", "12060", "12120", "13030", "13050", "13120", "14040", "14150", "16170",
            "17020",
        ],
        11,
    ),
    country("ZA", &["270"], 11),
];

impl Country {
    /// The country of a code.
    pub fn of_code(code: &str) -> Option<&'static Self> {
        COUNTRIES
            .iter()
            .find(|country| country.code.eq_ignore_ascii_case(code))
    }

    /// How many different numbers it has.
    pub fn numbers(&self) -> u64 {
        let free = self.digits - self.leads[0].len() as u32;
        10u64.pow(free) * self.leads.len() as u64
    }

    /// The number in this place; places that differ (modulo [`Self::numbers`]) have different numbers, and
    /// neighbours are far apart.
    pub fn number(&self, place: u64) -> u64 {
        /// A prime beyond every factor of the number of numbers, so a step of it visits each.
        const STRIDE: u64 = 6_700_417;
        let numbers = self.numbers();
        let place = (u128::from(place) * u128::from(STRIDE) % u128::from(numbers)) as u64;
        let lead = self.leads[(place % self.leads.len() as u64) as usize];
        let free = 10u64.pow(self.digits - lead.len() as u32);
        let lead = lead
            .bytes()
            .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        lead * free + place / self.leads.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tariff::Tariff;

    #[test]
    fn numbers_belong_to_their_country_and_have_its_length() {
        let tariff = Tariff::embedded().unwrap();
        for country in COUNTRIES {
            for place in [0, 1, 12_345, 999_999] {
                let number = country.number(place);
                assert_eq!(number.to_string().len() as u32, country.digits, "{number}");
                let found = tariff.markets.country(number);
                let code: [u8; 2] = country.code.as_bytes().try_into().unwrap();
                assert_eq!(found, Some(code), "{} {number}", country.code);
            }
        }
    }

    #[test]
    fn places_have_different_numbers() {
        for country in [Country::of_code("US"), Country::of_code("SG")] {
            let country = country.unwrap();
            let numbers: BTreeSet<u64> = (0..200_000).map(|place| country.number(place)).collect();
            assert_eq!(numbers.len(), 200_000);
        }
    }
}
