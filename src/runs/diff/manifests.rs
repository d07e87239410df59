//! What differs in what two runs were made of and by, as their manifests tell it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::run::manifest::{Input, InputRole, Manifest};
use crate::runs::folder::RunFolder;
use crate::runs::sealed::SealedSummary;
use crate::vocabulary::named_enum;

named_enum! {
    /// What differs.
    pub enum Subject {
        /// The program or its time zones.
        Program = "program",
        /// What it was asked to do.
        Command = "command",
        /// An option of the command line.
        Option = "option",
        /// A setting of the rules.
        Setting = "setting",
        /// The built-in rulebook, rate cards and tiers.
        Rules = "rules",
        /// A card that priced something.
        RateCard = "rate_card",
        /// A file of the log.
        Log = "log",
        /// Accounts, templates, own cards.
        OtherInput = "input",
        /// Invoices and analytics, which decide no charge.
        Evidence = "evidence",
        /// First or last instant of the log.
        TimeRange = "time_range",
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Something that differs; nothing on the side that does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What kind of thing.
    pub subject: Subject,
    /// Its name.
    pub name: String,
    /// What the first run has.
    pub before: Option<String>,
    /// What the second run has.
    pub after: Option<String>,
}

/// Options that do not change what is written, or that inputs tell better.
const WITHOUT_EFFECT: [&str; 18] = [
    "out",
    "force",
    "dry-run",
    "format",
    "quiet",
    "threads",
    "temp-dir",
    "memory",
    "config",
    "set",
    "logs",
    "max-rejects",
    "fail-on",
    "accounts",
    "templates",
    "invoice",
    "invoice-map",
    "analytics",
];

/// Everything that differs.
pub fn differences(runs: [&RunFolder; 2], summaries: &[SealedSummary; 2]) -> Vec<Difference> {
    let manifests = runs.map(|run| &run.manifest);
    let mut found = Found::default();
    let summaries = [&summaries[0], &summaries[1]];
    found.each(
        Subject::Command,
        summaries.map(|summary| one("command", &summary.command)),
    );
    found.each(Subject::Program, manifests.map(program));
    found.each(
        Subject::Option,
        manifests.map(|manifest| {
            let options = manifest.options.iter();
            options
                .filter(|option| !WITHOUT_EFFECT.contains(&option.name.as_str()))
                .map(|option| (option.name.clone(), option.value.clone()))
                .collect()
        }),
    );
    found.each(
        Subject::Setting,
        manifests.map(|manifest| {
            let settings = manifest.settings.iter();
            settings
                .map(|setting| (setting.name.clone(), setting.value.clone()))
                .collect()
        }),
    );
    found.each(
        Subject::Rules,
        manifests.map(|manifest| {
            let hashes = [
                ("rulebook", &manifest.rulebook_blake3),
                ("built-in rate cards and tiers", &manifest.tariff_blake3),
            ];
            let hashes = hashes.into_iter();
            hashes
                .map(|(name, hash)| (name.to_owned(), short(hash)))
                .collect()
        }),
    );
    found.each(
        Subject::RateCard,
        manifests.map(|manifest| {
            let cards = manifest.rate_cards.iter();
            cards
                .map(|card| (card.clone(), "in use".to_owned()))
                .collect()
        }),
    );
    for subject in [Subject::Log, Subject::OtherInput, Subject::Evidence] {
        found.inputs(subject, manifests, |input| {
            let of = match input.role {
                InputRole::Log => Some(Subject::Log),
                InputRole::Accounts
                | InputRole::Templates
                | InputRole::LogMap
                | InputRole::Evidence
                | InputRole::Scenario
                | InputRole::Rates => Some(Subject::OtherInput),
                InputRole::Invoice | InputRole::Map | InputRole::Analytics => {
                    Some(Subject::Evidence)
                }
                InputRole::Config | InputRole::State => None,
            };
            of == Some(subject)
        });
    }
    found.each(Subject::TimeRange, manifests.map(time_range));
    found.0
}

type Named = BTreeMap<String, String>;

fn one(name: &str, value: &str) -> Named {
    Named::from([(name.to_owned(), value.to_owned())])
}

fn program(manifest: &Manifest) -> Named {
    let tool = &manifest.tool;
    Named::from([
        (tool.name.to_string(), tool.version.to_string()),
        ("time zones".to_owned(), tool.time_zones.to_string()),
    ])
}

fn time_range(manifest: &Manifest) -> Named {
    let range = manifest.time_range.as_ref();
    range.map_or_else(Named::new, |range| {
        Named::from([
            ("start of log".to_owned(), range.first.clone()),
            ("end of log".to_owned(), range.last.clone()),
        ])
    })
}

fn short(hash: &str) -> String {
    hash.chars().take(16).collect()
}

#[derive(Default)]
struct Found(Vec<Difference>);

impl Found {
    /// Things that have a name in each run.
    fn each(&mut self, subject: Subject, [before, after]: [Named; 2]) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let (before, after) = (before.get(name), after.get(name));
            if before != after {
                self.add(subject, name, before.cloned(), after.cloned());
            }
        }
    }

    /// Files, told apart by their content: one that only moved does not differ.
    fn inputs(
        &mut self,
        subject: Subject,
        manifests: [&Manifest; 2],
        counts: impl Fn(&Input) -> bool,
    ) {
        let [mut before, mut after] = manifests.map(|manifest| {
            let inputs = manifest.inputs.iter().filter(|input| counts(input));
            inputs.collect::<Vec<_>>()
        });
        before.retain(|input| {
            let same = |other: &&Input| other.role == input.role && other.blake3 == input.blake3;
            match after.iter().position(same) {
                Some(place) => {
                    after.remove(place);
                    false
                }
                None => true,
            }
        });
        let named = |inputs: Vec<&Input>| -> Named {
            let inputs = inputs.into_iter();
            inputs
                .map(|input| {
                    let content = format!("{} bytes, {}", input.bytes, short(&input.blake3));
                    (input.path.clone(), content)
                })
                .collect()
        };
        self.each(subject, [named(before), named(after)]);
    }

    fn add(&mut self, subject: Subject, name: &str, before: Option<String>, after: Option<String>) {
        self.0.push(Difference {
            subject,
            name: name.to_owned(),
            before,
            after,
        });
    }
}
