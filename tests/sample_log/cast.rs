//! Who: three businesses with their numbers and clocks, and their customers.
//!
//! No number can belong to anyone: behind the country code stands `000`, with which no national number
//! begins, and for +1 the exchange 555-01xx that is kept for fiction.

use chrono::{NaiveDate, TimeZone};
use chrono_tz::Tz;

use super::random::Random;

/// What a business's systems export.
#[derive(Clone, Copy, PartialEq)]
pub enum Export {
    /// A row per message, with its time of delivery.
    Messages,
    /// A row per status event.
    Statuses,
}

pub struct Business {
    pub account: &'static str,
    pub number: &'static str,
    /// The clock from a date on; the first holds from the beginning.
    pub zones: &'static [((i32, u32, u32), Tz)],
    pub export: Export,
}

pub static MORGENROT: Business = Business {
    account: "104200000000017",
    number: "493023125017",
    zones: &[((2022, 1, 1), Tz::Europe__Berlin)],
    export: Export::Messages,
};

pub static LARKSPUR: Business = Business {
    account: "104200000000025",
    number: "16195550125",
    zones: &[
        ((2022, 1, 1), Tz::America__Denver),
        ((2024, 7, 1), Tz::America__Los_Angeles),
    ],
    export: Export::Messages,
};

/// Receipts, news and support.
pub static CHAITRA: Business = Business {
    account: "104200000000033",
    number: "910003300001",
    zones: &[((2022, 1, 1), Tz::Asia__Kolkata)],
    export: Export::Statuses,
};

/// The same wallet's second number, which only sends one-time codes.
pub static CHAITRA_CODES: Business = Business {
    account: "104200000000033",
    number: "910003300002",
    zones: CHAITRA.zones,
    export: Export::Statuses,
};

impl Business {
    /// The clock in force on a date.
    pub fn zone(&self, date: NaiveDate) -> Tz {
        let begun = |&&((year, month, day), _): &&((i32, u32, u32), Tz)| {
            NaiveDate::from_ymd_opt(year, month, day).is_some_and(|from| from <= date)
        };
        self.zones
            .iter()
            .rev()
            .find(begun)
            .map_or(self.zones[0].1, |&(_, zone)| zone)
    }

    /// The instant (seconds since the epoch) at which this business's clock shows a time of day.
    pub fn clock(&self, date: NaiveDate, hour: u32, minute: u32, second: u32) -> i64 {
        let local = date
            .and_hms_opt(hour, minute, second)
            .expect("a time of day");
        self.zone(date)
            .from_local_datetime(&local)
            .earliest()
            .expect("a time that exists")
            .timestamp()
    }

    /// The local date of an instant; near a change of zone the later zone's.
    pub fn date(&self, at: i64) -> NaiveDate {
        let utc = chrono::DateTime::from_timestamp(at, 0).expect("an instant");
        utc.with_timezone(&self.zone(utc.date_naive())).date_naive()
    }
}

#[derive(Clone)]
pub struct Customer {
    /// Number in E.164 digits, or a business-scoped id.
    pub id: String,
    pub country: &'static str,
}

/// ISO code, calling prefix (with area code where +1), weight.
pub type Country = (&'static str, &'static str, u64);

pub const ROASTER_COUNTRIES: &[Country] = &[
    ("DE", "49", 40),
    ("AT", "43", 10),
    ("CH", "41", 6),
    ("NL", "31", 6),
    ("FR", "33", 6),
    ("GB", "44", 6),
    ("IT", "39", 5),
    ("ES", "34", 5),
    ("PL", "48", 4),
    ("HU", "36", 2),
    ("RO", "40", 2),
    ("TR", "90", 2),
    ("IL", "972", 2),
    ("CY", "357", 2),
    ("SE", "46", 2),
];

/// Chile has no published price before October 2024 and joins [`BIKE_COUNTRIES_LATER`].
pub const BIKE_COUNTRIES: &[Country] = &[
    ("US", "1303", 14),
    ("US", "1415", 12),
    ("CA", "1604", 8),
    ("MX", "52", 20),
    ("BR", "55", 16),
    ("CO", "57", 8),
    ("AR", "54", 6),
    ("PE", "51", 6),
    ("JM", "1876", 3),
    ("DO", "1809", 3),
    ("EC", "593", 4),
];

pub const BIKE_COUNTRIES_LATER: &[Country] = &[
    ("CL", "56", 8),
    ("MX", "52", 6),
    ("BR", "55", 6),
    ("PA", "507", 3),
    ("AU", "61", 2),
    ("PR", "1787", 2),
];

pub const WALLET_COUNTRIES: &[Country] = &[
    ("IN", "91", 46),
    ("AE", "971", 8),
    ("ID", "62", 8),
    ("SG", "65", 6),
    ("BD", "880", 6),
    ("NP", "977", 5),
    ("LK", "94", 5),
    ("GB", "44", 4),
    ("MY", "60", 4),
    ("OM", "968", 3),
    ("KE", "254", 2),
    ("KZ", "77", 2),
    ("RU", "7", 1),
];

/// Where one-time codes go by WhatsApp: all of these have a published authentication rate throughout,
/// but India (July 2024), whose codes went by SMS before.
pub const CODE_COUNTRIES: &[Country] = &[
    ("IN", "91", 50),
    ("ID", "62", 16),
    ("SG", "65", 8),
    ("BD", "880", 6),
    ("NP", "977", 6),
    ("LK", "94", 6),
    ("GB", "44", 4),
    ("TH", "66", 4),
];

/// Reached by news only: their utility or authentication rate of some slice was never published.
pub const NEWS_COUNTRIES: &[Country] = &[
    ("SA", "966", 4),
    ("EG", "20", 4),
    ("NG", "234", 3),
    ("PK", "92", 3),
    ("ZA", "27", 3),
    ("VN", "84", 3),
];

/// Draws the next new customer.
pub fn newcomer(random: &mut Random, countries: &[Country]) -> Customer {
    let mut lot = random.below(countries.iter().map(|&(_, _, weight)| weight).sum());
    let &(country, prefix, _) = countries
        .iter()
        .find(|&&(_, _, weight)| {
            let found = lot < weight;
            lot = lot.saturating_sub(weight);
            found
        })
        .expect("the lot is below the sum of weights");
    let id = match prefix.strip_prefix('1') {
        Some(_) => format!("{prefix}55501{:02}", random.below(100)),
        None => format!("{prefix}000{:06}", random.below(1_000_000)),
    };
    Customer { id, country }
}

pub fn pool(random: &mut Random, countries: &[Country], count: usize) -> Vec<Customer> {
    (0..count).map(|_| newcomer(random, countries)).collect()
}
