//! Which arguments may stand in an object store, and what is said of those that may not.

use std::path::Path;

use clap::ArgMatches;

use crate::run::exit::Failure;
use crate::store::{Address, HOW_TO_BUILD, IS_BUILT};

/// Arguments that name a log.
const LOGS: [&str; 2] = ["logs", "sources"];
/// Commands whose `--out` is a folder of a run.
const WRITE_RUNS: [&str; 3] = ["replay", "audit", "whatif"];
/// Arguments that name a whole folder.
const FOLDERS: [&str; 6] = ["run", "before", "after", "evidence", "rates", "out"];

/// Refuses URLs that nothing can be done with, before anything is read.
///
/// # Errors
/// If one is no address, stands where only a local path can, or needs a build with object stores.
pub fn refuse(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((command, given)) = matches.subcommand() else {
        return Ok(());
    };
    for id in given.ids().map(clap::Id::as_str) {
        // Groups of arguments have no values of their own.
        let values = given.try_get_raw(id).ok().flatten();
        for value in values.into_iter().flatten() {
            refuse_value(command, id, Path::new(value))?;
        }
    }
    refuse(given)
}

fn refuse_value(command: &str, id: &str, value: &Path) -> Result<(), Failure> {
    let Some(address) = Address::parse(value) else {
        return Ok(());
    };
    let name = match id {
        id if LOGS.contains(&id) => "LOG".to_owned(),
        "run" | "before" | "after" => "RUN".to_owned(),
        id => format!("--{}", id.replace('_', "-")),
    };
    let address = match address {
        Ok(address) => address,
        Err(error) => return Err(Failure::usage(anyhow::anyhow!("{name}: {error}"))),
    };
    let scheme = address.scheme;
    let is_folder_of_run = id == "out" && WRITE_RUNS.contains(&command);
    let is_log = LOGS.contains(&id);
    if is_log || is_folder_of_run {
        return match IS_BUILT {
            true => Ok(()),
            false => Err(Failure::usage(anyhow::anyhow!(
                "{name} {address}: this build of counterfoil has no object stores"
            ))
            .hint(HOW_TO_BUILD)),
        };
    }
    let failure = Failure::usage(anyhow::anyhow!(
        "{name} {address}: expected a local path; only LOG, and --out of {}, may be in an object store",
        WRITE_RUNS.join(", ")
    ));
    Err(failure.hint(match id {
        "out" => "write it to a local path, and copy it then".to_owned(),
        id => {
            let copy = scheme.copy_command(FOLDERS.contains(&id));
            format!("copy it first: {copy} {address} .")
        }
    }))
}
