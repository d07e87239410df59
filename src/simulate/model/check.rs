//! From the written model to a checked one: everything named is looked up, contradictions are refused.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use toml::Spanned;

use super::cells::{Id, Shape, Weight, unknown};
use super::file::{CampaignTable, ModelFile, SOURCES, TemplateTable};
use super::{Campaign, Chats, Clicks, Codes, DAYS_MAX, Model, Orders, Step, Template};
use crate::rulebook::{ConfigError, Place};
use crate::vocabulary::{EntryPoint, LocalDate};

/// Templates of a model.
const TEMPLATES_MAX: usize = 1 << 12;
const SECONDS_PER_HOUR: f64 = 3600.0;

pub(super) fn model(text: &str, name: &str) -> Result<Model, ConfigError> {
    let file: ModelFile =
        toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
    let check = Check { text, name };
    check.days(&file)?;
    check.shares(&file)?;
    let (templates, by_name) = check.templates(file.template)?;
    let template = |wanted: &Spanned<String>| check.template(wanted, &by_name);
    let optional = |wanted: &Option<Spanned<String>>| wanted.as_ref().map(template).transpose();
    let orders = Orders {
        steps: file
            .orders
            .steps
            .iter()
            .map(|step| {
                Ok(Step {
                    template: template(&step.template)?,
                    after_s: step.after_hours.0 * SECONDS_PER_HOUR,
                    within_s: step.within_hours.0 * SECONDS_PER_HOUR,
                })
            })
            .collect::<Result<_, ConfigError>>()?,
        asked: file.orders.asked.0,
    };
    let codes = Codes {
        template: optional(&file.codes.template)?,
        repeated: file.codes.repeated.0,
    };
    let chats = Chats {
        continued: file.chats.continued.0,
        more_than_one: file.chats.more_than_one.0,
        unanswered: file.chats.unanswered.0,
        late: file.chats.late.0,
        late_template: optional(&file.chats.late_template)?,
        reactions: file.chats.reactions.0,
        calls: file.chats.calls.0,
        notices: file.chats.notices.0,
    };
    let clicks = Clicks {
        sources: check.sources(&file.clicks.sources)?,
        unanswered: file.clicks.unanswered.0,
        late: file.clicks.late.0,
        offer: file.clicks.offer.0,
        offer_template: optional(&file.clicks.offer_template)?,
    };
    let campaigns = check.campaigns(file.campaign, &by_name)?;
    let businesses = check.businesses(file.business, &campaigns, &orders, &codes)?;
    Ok(Model {
        seed: file.seed,
        from: file.from.0,
        to: file.to.get_ref().0,
        shape: file.shape.0,
        businesses,
        templates,
        campaigns,
        rhythm: file.rhythm,
        activity: file.activity,
        delivery: file.delivery,
        reading: file.reading,
        replies: file.replies,
        orders,
        codes,
        chats,
        clicks,
        faults: file.faults.map(Spanned::into_inner).unwrap_or_default(),
        wrong_invoice: file.wrong_invoice,
    })
}

/// A model file while it is checked.
pub(super) struct Check<'t> {
    text: &'t str,
    pub(super) name: &'t str,
}

impl Check<'_> {
    pub(super) fn at(&self, span: Range<usize>) -> Place {
        Place::at_offset(self.name, self.text, span.start)
    }

    pub(super) fn refuse<T>(
        &self,
        span: Range<usize>,
        problem: impl Into<String>,
    ) -> Result<T, ConfigError> {
        Err(ConfigError::malformed(self.at(span), problem))
    }

    fn days(&self, file: &ModelFile) -> Result<(), ConfigError> {
        let (from, to) = (file.from.0, file.to.get_ref().0);
        if to < from {
            return self.refuse(
                file.to.span(),
                format!("`to` ({to}) lies before `from` ({from})"),
            );
        }
        let first = LocalDate::parse("2022-02-01").unwrap_or(LocalDate::MIN);
        let last = LocalDate::parse("2039-12-31").unwrap_or(LocalDate::MAX);
        if from < first || to > last || to.days() - from.days() > DAYS_MAX {
            return self.refuse(
                file.to.span(),
                format!("{from} to {to} is no period of a model: expected days between {first} and {last}"),
            );
        }
        Ok(())
    }

    fn shares(&self, file: &ModelFile) -> Result<(), ConfigError> {
        if file.delivery.failed.0 + file.delivery.never.0 > 1.0 {
            return Err(ConfigError::malformed(
                Place::file(self.name),
                "delivery: `failed` and `never` sum to more than 1",
            ));
        }
        let Some(table) = &file.faults else {
            return Ok(());
        };
        let faults = table.get_ref();
        let shares = [
            faults.duplicates,
            faults.conflicts,
            faults.late,
            faults.lost,
            faults.reordered,
            faults.clock_skew,
            faults.wrong_channel,
            faults.missing_marks,
        ];
        let sum: f64 = shares.iter().map(|share| share.0).sum();
        if sum > 1.0 {
            return self.refuse(
                table.span(),
                format!("the shares of faults sum to {sum}: a row has one fault at most, so expected at most 1"),
            );
        }
        if faults.wrong_channel.0 > 0.0 && file.shape.0 == Shape::Webhooks {
            return self.refuse(
                table.span(),
                "`wrong_channel` contradicts `shape = \"webhooks\"`: a webhook names no channel",
            );
        }
        Ok(())
    }

    fn templates(
        &self,
        tables: Vec<TemplateTable>,
    ) -> Result<(Vec<Template>, HashMap<String, u16>), ConfigError> {
        let mut by_name = HashMap::new();
        let mut templates = Vec::new();
        for table in tables {
            let Id(name) = table.name.get_ref().clone();
            if templates.len() == TEMPLATES_MAX {
                return self.refuse(table.name.span(), "more templates than 4096");
            }
            if by_name
                .insert(name.clone(), templates.len() as u16)
                .is_some()
            {
                return Err(ConfigError::Duplicate {
                    place: self.at(table.name.span()),
                    what: format!("template `{name}`"),
                });
            }
            templates.push(Template {
                name,
                category: table.category.0,
            });
        }
        Ok((templates, by_name))
    }

    fn template(
        &self,
        wanted: &Spanned<String>,
        by_name: &HashMap<String, u16>,
    ) -> Result<u16, ConfigError> {
        let name = wanted.get_ref();
        by_name.get(name).copied().ok_or_else(|| {
            let mut known: Vec<&str> = by_name.keys().map(String::as_str).collect();
            known.sort_unstable();
            ConfigError::unknown_value(
                self.at(wanted.span()),
                "template",
                name,
                "the name of a [[template]]",
                known,
            )
        })
    }

    fn sources(
        &self,
        written: &BTreeMap<Spanned<String>, Weight>,
    ) -> Result<Vec<(EntryPoint, f64)>, ConfigError> {
        let mut found = Vec::new();
        for (source, weight) in written {
            let name = source.get_ref();
            let Some(source) = EntryPoint::parse(name.as_bytes()) else {
                let known = EntryPoint::ALL.iter().map(|source| source.name());
                return self.refuse(
                    source.span(),
                    unknown("source of clicks (ad, page_cta, post)", name, known),
                );
            };
            found.push((source, weight.0));
        }
        if found.is_empty() {
            found = SOURCES.to_vec();
        }
        Ok(cumulative(found).unwrap_or_else(|| vec![(EntryPoint::Ad, 1.0)]))
    }

    fn campaigns(
        &self,
        tables: Vec<CampaignTable>,
        templates: &HashMap<String, u16>,
    ) -> Result<Vec<Campaign>, ConfigError> {
        let mut campaigns: Vec<Campaign> = Vec::new();
        for table in tables {
            let name = table.name.get_ref().clone();
            if campaigns.iter().any(|known| known.name == name) {
                return Err(ConfigError::Duplicate {
                    place: self.at(table.name.span()),
                    what: format!("campaign `{name}`"),
                });
            }
            if table.dates.is_empty() && table.weekdays.is_empty() {
                return self.refuse(
                    table.name.span(),
                    format!("campaign `{name}` is on no day: it needs `dates` or `weekdays`"),
                );
            }
            let mut weekdays = [false; 7];
            for day in &table.weekdays {
                weekdays[day.0] = true;
            }
            campaigns.push(Campaign {
                template: self.template(&table.template, templates)?,
                dates: table.dates.iter().map(|date| date.get_ref().0).collect(),
                weekdays,
                share: table.share.0,
                starts_s: table.hour.0 * SECONDS_PER_HOUR,
                takes_s: table.within_hours.0 * SECONDS_PER_HOUR,
                answered: table.answered.0,
                name,
            });
        }
        Ok(campaigns)
    }
}

/// Each value with the share of it and of those before it; none where all weigh nothing.
pub(super) fn cumulative<T>(weighed: Vec<(T, f64)>) -> Option<Vec<(T, f64)>> {
    let sum: f64 = weighed.iter().map(|(_, weight)| weight).sum();
    if sum <= 0.0 {
        return None;
    }
    let mut before = 0.0;
    let shares = weighed.into_iter().map(|(value, weight)| {
        before += weight / sum;
        (value, before)
    });
    Some(shares.collect())
}
