//! From the text of `rulebook.toml` to a [`Rulebook`]: every name is looked up, every date put in order.

use std::{collections::BTreeMap, ops::Range};

use toml::Spanned;

use super::{
    AiPeriod, Confidence, Mechanism, RegimePeriod, RuleEntry, Rulebook, Source,
    dated::{Dated, in_sequence},
    error::{ConfigError, Place},
    parameters::{PARAMETERS, Parameters, Stated},
    settings,
    tables::{
        AiPeriodTable, ParameterTable, RegimeTable, RuleTable, RulebookFile, SourceTable,
        ValueTable,
    },
};
use crate::vocabulary::{LocalDate, Regime};

pub(super) fn rulebook(text: &str, name: &str) -> Result<Rulebook, ConfigError> {
    let file: RulebookFile =
        toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
    let mut reader = Reader {
        text,
        name,
        sources: BTreeMap::new(),
        rules: BTreeMap::new(),
    };
    reader.sources(file.source)?;
    reader.rules(file.rule)?;
    let regimes = reader.regimes(file.regime)?;
    let ai_periods = reader.ai_periods(file.ai_period)?;
    let parameters = Parameters {
        series: reader.parameters(file.parameter)?,
        name,
    };
    Ok(Rulebook {
        regimes,
        window_hours: parameters.hours("customer_service_window_hours")?,
        conversation_hours: parameters.hours("conversation_hours")?,
        armed_hours: parameters.hours("entry_point_armed_hours")?,
        entry_point_hours: parameters.entry_point_hours()?,
        free_service_from: parameters.begins("service_conversations_free")?,
        categories_required_from: parameters.begins("categories_required")?,
        exempt_until: parameters.ends("exempt_organisations")?,
        carry_over_from: parameters.begins("carry_over")?,
        volume_tiers_from: parameters.begins("volume_tiers")?,
        us_marketing_pause_from: parameters.begins("us_marketing_pause")?,
        portfolio_limits_from: parameters.begins("portfolio_messaging_limits")?,
        ai_periods,
        rules: reader.rules,
        sources: reader.sources,
    })
}

struct Reader<'a> {
    text: &'a str,
    name: &'a str,
    sources: BTreeMap<String, Source>,
    rules: BTreeMap<String, RuleEntry>,
}

impl Reader<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        Place::at_offset(self.name, self.text, span.start)
    }

    fn sources(&mut self, tables: Vec<SourceTable>) -> Result<(), ConfigError> {
        for table in tables {
            let place = self.place(table.id.span());
            let id = table.id.into_inner();
            let source = Source {
                title: table.title,
                url: table.url,
            };
            if self.sources.insert(id.clone(), source).is_some() {
                return Err(ConfigError::Duplicate {
                    place,
                    what: format!("source `{id}`"),
                });
            }
        }
        Ok(())
    }

    fn rules(&mut self, tables: Vec<RuleTable>) -> Result<(), ConfigError> {
        for table in tables {
            let place = self.place(table.id.span());
            let confidence = self.stated(&table.sources, &table.confidence)?;
            let sources = table.sources.into_iter().map(Spanned::into_inner).collect();
            let entry = RuleEntry {
                text: table.text,
                sources,
                confidence,
            };
            let id = table.id.into_inner();
            if self.rules.insert(id.clone(), entry).is_some() {
                return Err(ConfigError::Duplicate {
                    place,
                    what: format!("rule `{id}`"),
                });
            }
        }
        Ok(())
    }

    fn regimes(&self, tables: Vec<RegimeTable>) -> Result<Vec<RegimePeriod>, ConfigError> {
        let mut entries: Vec<Dated<RegimePeriod>> = Vec::with_capacity(tables.len());
        for table in tables {
            self.stated(&table.sources, &table.confidence)?;
            let place = self.place(table.id.span());
            let names = || Regime::ALL.iter().map(|regime| regime.name());
            let regime = Regime::parse(table.id.get_ref().as_bytes())
                .ok_or_else(|| self.unknown("regime", &table.id, names().collect()))?;
            let mut mechanisms = Vec::with_capacity(table.mechanisms.len());
            for cell in &table.mechanisms {
                let names = || Mechanism::ALL.iter().map(|mechanism| mechanism.name());
                mechanisms.push(
                    Mechanism::parse(cell.get_ref().as_bytes())
                        .ok_or_else(|| self.unknown("mechanism", cell, names().collect()))?,
                );
            }
            if mechanisms.contains(&Mechanism::PerMessage) != regime.is_per_message() {
                let problem = format!(
                    "{regime} prices {}",
                    if regime.is_per_message() {
                        "messages"
                    } else {
                        "conversations"
                    }
                );
                return Err(ConfigError::malformed(place, problem));
            }
            if entries.iter().any(|entry| entry.value.regime == regime) {
                return Err(ConfigError::Duplicate {
                    place,
                    what: format!("regime `{regime}`"),
                });
            }
            let (from, to) = (
                table.valid_from,
                self.last_day(table.valid_from, table.valid_to, &place)?,
            );
            let value = RegimePeriod {
                regime,
                from,
                to,
                mechanisms,
                text: table.text,
            };
            entries.push(Dated {
                from,
                to,
                place,
                value,
            });
        }
        if entries.is_empty() {
            return Err(ConfigError::malformed(Place::file(self.name), "no regime"));
        }
        Ok(in_sequence(entries, "regimes")?
            .into_iter()
            .map(|entry| entry.value)
            .collect())
    }

    fn ai_periods(&self, tables: Vec<AiPeriodTable>) -> Result<Vec<AiPeriod>, ConfigError> {
        let mut periods: Vec<(AiPeriod, Place)> = Vec::new();
        for table in tables {
            self.stated(&table.sources, &table.confidence)?;
            for cell in &table.countries {
                let place = self.place(cell.span());
                let Ok(country @ [b'A'..=b'Z', b'A'..=b'Z']) =
                    <[u8; 2]>::try_from(cell.get_ref().as_bytes())
                else {
                    let problem =
                        format!("`{}` is no country code of two capitals", cell.get_ref());
                    return Err(ConfigError::malformed(place, problem));
                };
                let to = self.last_day(table.valid_from, table.valid_to, &place)?;
                periods.push(((country, table.valid_from, to), place));
            }
        }
        // A country may be charged, not charged and charged again: gaps are meant, overlaps are not.
        periods.sort_by_key(|((country, from, _), _)| (*country, *from));
        for pair in periods.windows(2) {
            let (((country, _, to), _), ((next_country, from, _), place)) = (&pair[0], &pair[1]);
            if country == next_country && to.is_none_or(|to| *from <= to) {
                let what = format!("AI providers in {}", String::from_utf8_lossy(country));
                return Err(ConfigError::Overlap {
                    place: place.clone(),
                    what,
                    date: from.to_string(),
                });
            }
        }
        Ok(periods.into_iter().map(|(period, _)| period).collect())
    }

    fn parameters(
        &self,
        tables: Vec<ParameterTable>,
    ) -> Result<BTreeMap<String, Vec<Dated<Stated>>>, ConfigError> {
        let mut series = BTreeMap::new();
        for table in tables {
            let place = self.place(table.id.span());
            if !PARAMETERS.contains(&table.id.get_ref().as_str()) {
                return Err(self.unknown("parameter", &table.id, PARAMETERS.to_vec()));
            }
            if !self.rules.contains_key(table.rule.get_ref()) {
                return Err(self.unknown(
                    "rule",
                    &table.rule,
                    self.rules.keys().map(String::as_str).collect(),
                ));
            }
            let id = table.id.into_inner();
            let mut entries = Vec::with_capacity(table.value.len());
            for cell in table.value {
                let place = self.place(cell.span());
                entries.push(self.stated_value(cell.into_inner(), place)?);
            }
            let entries = in_sequence(entries, &id)?;
            if entries.is_empty() {
                return Err(ConfigError::malformed(
                    place,
                    format!("`{id}` has no value"),
                ));
            }
            if series.insert(id.clone(), entries).is_some() {
                return Err(ConfigError::Duplicate {
                    place,
                    what: format!("parameter `{id}`"),
                });
            }
        }
        Ok(series)
    }

    fn stated_value(&self, table: ValueTable, place: Place) -> Result<Dated<Stated>, ConfigError> {
        self.stated(&table.sources, &table.confidence)?;
        if let Some(cell) = &table.setting
            && settings::find(cell.get_ref()).is_none()
        {
            let names = settings::catalogue()
                .iter()
                .map(|setting| setting.name)
                .collect();
            return Err(self.unknown("setting", cell, names));
        }
        let from = table.valid_from.unwrap_or(LocalDate::MIN);
        let to = self.last_day(from, table.valid_to, &place)?;
        Ok(Dated {
            from,
            to,
            place,
            value: Stated {
                value: table.value,
                is_setting: table.setting.is_some(),
            },
        })
    }

    fn last_day(
        &self,
        from: LocalDate,
        to: Option<LocalDate>,
        place: &Place,
    ) -> Result<Option<LocalDate>, ConfigError> {
        match to {
            Some(to) if to < from => Err(ConfigError::malformed(
                place.clone(),
                format!("valid_to {to} lies before valid_from {from}"),
            )),
            to => Ok(to),
        }
    }

    /// Checks who states an entry, and returns how surely.
    fn stated(
        &self,
        sources: &[Spanned<String>],
        confidence: &Spanned<String>,
    ) -> Result<Confidence, ConfigError> {
        for source in sources {
            if !self.sources.contains_key(source.get_ref()) {
                return Err(self.unknown(
                    "source",
                    source,
                    self.sources.keys().map(String::as_str).collect(),
                ));
            }
        }
        if sources.is_empty() {
            let place = self.place(confidence.span());
            return Err(ConfigError::malformed(
                place,
                "an entry needs at least one source",
            ));
        }
        let names = || Confidence::ALL.iter().map(|confidence| confidence.name());
        Confidence::parse(confidence.get_ref().as_bytes())
            .ok_or_else(|| self.unknown("confidence", confidence, names().collect()))
    }

    fn unknown(&self, what: &str, cell: &Spanned<String>, names: Vec<&str>) -> ConfigError {
        ConfigError::unknown_value(
            self.place(cell.span()),
            what,
            cell.get_ref(),
            names.join(", "),
            names,
        )
    }
}
