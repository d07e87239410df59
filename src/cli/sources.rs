//! Everything that a command read, as summary and manifest list it.

use std::path::PathBuf;

use super::config::Parsed;
use super::inputs::Inputs;
use super::opened_log::FileInfo;
use super::source_args::SourceArgs;
use crate::log::map::Map;
use crate::report::summary::{Circumstances, InputSummary, LogFileSummary, MapSummary, Period};
use crate::run::manifest::{self, HashedInputs, InputRole};
use crate::run::output::Folder;

/// What a command that goes through a log has read.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// What was read besides the log.
    pub inputs: &'a Inputs,
    /// Where it was read.
    pub source: &'a SourceArgs,
    /// The command line.
    pub parsed: &'a Parsed,
    /// Files of the log.
    pub log: &'a [FileInfo],
}

impl<'a> Sources<'a> {
    /// Under which circumstances a command ran.
    pub fn circumstances(
        &self,
        command: &'static str,
        hashed: &HashedInputs,
        folder: &Folder,
    ) -> Circumstances {
        let settings = self.inputs.settings_in_force();
        // What a run is asked to write beside the tables changes nothing that it says.
        let written: Vec<_> = folder.written();
        let sealed: Vec<_> = written
            .into_iter()
            .filter(|file| file.path.ends_with(".parquet"))
            .collect();
        let inputs = hashed.inputs.iter();
        Circumstances {
            command,
            command_line: self.parsed.command_line.with_settings(&settings),
            period: Period {
                from: self.inputs.from.map(|date| date.to_string()),
                to: self.inputs.to.map(|date| date.to_string()),
            },
            files: self
                .log
                .iter()
                .map(|file| LogFileSummary {
                    path: file.path.display().to_string(),
                    bytes: file.bytes,
                    ignored_columns: file.ignored_columns.clone(),
                })
                .collect(),
            inputs: inputs
                .map(|input| InputSummary {
                    role: input.role.name().to_owned(),
                    path: input.path.clone(),
                    bytes: input.bytes,
                    blake3: input.blake3.clone(),
                })
                .collect(),
            fingerprint: manifest::fingerprint(&hashed.inputs, &settings, &sealed),
            accounts_file_absent: self.inputs.accounts.is_absent(),
            rulebook: self.source.rulebook.map(|regime| regime.name().to_owned()),
            map: MapSummary::of(self.log.iter().filter_map(|file| file.provenance.as_ref())),
            settings,
        }
    }

    /// Everything that was read, besides these: (role, path as given, path to read).
    pub fn files(
        &self,
        others: impl IntoIterator<Item = (InputRole, &'a PathBuf)>,
    ) -> Vec<(InputRole, PathBuf, PathBuf)> {
        let mut files: Vec<(InputRole, PathBuf, PathBuf)> = self
            .log
            .iter()
            .map(|file| (InputRole::Log, file.path.clone(), file.content.clone()))
            .collect();
        let config = self.parsed.file.as_ref().map(|(path, _)| path);
        for (role, path) in [
            (InputRole::Accounts, self.source.accounts.as_ref()),
            (InputRole::Templates, self.source.templates.as_ref()),
            (InputRole::LogMap, self.map_file()),
            (InputRole::Config, config),
        ] {
            files.extend(path.map(|path| (role, path.clone(), path.clone())));
        }
        let told = self.inputs.evidence_files.iter();
        files.extend(told.map(|path| (InputRole::Evidence, path.clone(), path.clone())));
        let others = others.into_iter();
        files.extend(others.map(|(role, path)| (role, path.clone(), path.clone())));
        let own = self.inputs.tariff.own_files.iter();
        files.extend(own.map(|path| (InputRole::Rates, path.clone(), path.clone())));
        files
    }

    /// The map of the log, if it is a file and no preset.
    fn map_file(&self) -> Option<&PathBuf> {
        let map = self.source.map.as_ref();
        map.filter(|map| !Map::is_preset(map))
    }
}
