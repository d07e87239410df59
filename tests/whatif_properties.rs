//! Scenarios put together at random over generated logs: bridges add up and sums foot (the program asserts it), and
//! neither threads nor the order of rows change a byte.
//!
//! `COUNTERFOIL_SEEDS=n` runs n seeds instead of some.

mod generator;
mod oracle;

use std::fs;
use std::path::Path;
use std::process::Command;

/// Of each line at most one stands in a scenario: no two of them contradict another line.
const PARTS: [&[&str]; 7] = [
    &[
        "[rules]\nregime = \"cbp-2023\"\n",
        "[rules]\nregime = \"pmp-2026\"\n",
        "[rules]\ncustomer_service_window_hours = 48\nconversation_hours = 12\nentry_point_hours = 24\n",
        "[[rules.regimes]]\nregime = \"pmp-2025\"\nfrom = 2024-01-01\nto = 2024-12-31\n",
        "[[rules.free]]\ncategory = \"utility\"\n[rules.settings]\nallowance_pmp_2026 = 1\n",
    ],
    &[
        "[[prices.change]]\npercent = \"-12.5\"\n[[prices.change]]\ncategory = \"marketing\"\nadd = \"0.001\"\n",
        "[prices]\ncard_date = 2026-10-01\n",
        "[prices]\ncurrency = \"INR\"\n",
        "[[prices.discount]]\npercent = 7\n",
    ],
    &[
        "[[prices.tiers]]\nthresholds_percent = 1\n",
        "[[prices.tiers]]\nsteps = [{ after = 1, discount_percent = 10 }, { after = 3, discount_percent = 50 }]\n",
    ],
    &[
        "[prices.provider]\npercent = 5\n",
        "[[prices.provider.fee]]\namount = \"0.005\"\ncurrency = \"USD\"\nper = \"outbound\"\n",
        "[[prices.provider.fee]]\namount = \"0.001\"\nper = \"inbound\"\n",
    ],
    &[
        "[[mix]]\nfrom_category = \"marketing\"\nto_category = \"utility\"\nshare = \"0.5\"\n",
        "[[mix]]\nfrom_category = \"utility\"\nto_category = \"marketing\"\nshare = \"0.3\"\n",
    ],
    &[
        "[behaviour.answer_clicks]\nwithin_minutes = 30\n[behaviour.merge_templates]\ncategory = \"utility\"\n",
        "[behaviour.reply_faster]\nwithin_minutes = 1\n[behaviour.utility_in_window]\ndelay_hours_max = 48\n",
        "[behaviour.frequency_cap]\ncategory = \"marketing\"\nmessages_max = 1\nper_days = 2\n",
        "[behaviour.drop_duplicates]\nwithin_minutes = 600\n[behaviour.marketing_to_entry_points]\ndelay_hours_max = 99\n",
    ],
    &[
        "[[volume.scale]]\nfactor = \"1.7\"\nunit = \"customers\"\n",
        "[[volume.scale]]\nfactor = \"0.4\"\n",
        "[volume]\ngrowth_percent_per_month = 10\n",
    ],
];

/// A scenario by a number: which parts it has, and which of each.
fn scenario(mut number: u64) -> String {
    let mut text = format!("seed = {number}\n");
    for choices in PARTS {
        let count = choices.len() as u64 + 1;
        let choice = (number % count) as usize;
        number /= count;
        text.extend(choice.checked_sub(1).map(|choice| choices[choice]));
    }
    text
}

/// The arguments that `whatif` takes as well: it writes no table of charges.
fn shared(arguments: Vec<String>) -> Vec<String> {
    // The first one is the command.
    let mut arguments = arguments.into_iter().skip(1);
    let mut kept = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--detail" => drop(arguments.next()),
            "--out" | "--max-rejects" => drop(arguments.next()),
            "--shadow" | "--csv" | "--quiet" | "--force" => {}
            _ => kept.push(argument),
        }
    }
    kept
}

/// Runs scenarios and gives the bytes of their tables.
fn tables(home: &Path, arguments: &[String], scenarios: &[u64], threads: &str) -> Vec<Vec<u8>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
    command
        .current_dir(home)
        .arg("whatif")
        .args(arguments)
        .args([
            "--csv",
            "--quiet",
            "--force",
            "--out",
            "out",
            "--max-rejects",
            "100%",
            "--threads",
            threads,
        ]);
    for number in scenarios {
        let name = format!("s{number}.toml");
        fs::write(home.join(&name), scenario(*number)).unwrap();
        command.args(["--scenario", &name]);
    }
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{scenarios:?}: {errors}"
    );
    [
        "lines",
        "scenario_lines",
        "comparison",
        "moved_pairs",
        "moved_messages",
    ]
    .iter()
    .map(|table| fs::read(home.join(format!("out/tables/{table}.csv"))).unwrap())
    .collect()
}

#[test]
fn scenarios_add_up_and_depend_on_no_order() {
    let asked = std::env::var("COUNTERFOIL_SEEDS").ok();
    let seeds: u64 = asked.map_or(12, |text| text.parse().expect("a number of seeds"));
    let mut with_rows = 0;
    for seed in 0..seeds {
        let mut case = generator::prices::generate(seed);
        let home = tempfile::tempdir().unwrap();
        let arguments = shared(generator::files::write(&case, home.path()));
        let first = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let scenarios = [first, first / 7 + 1, first / 131 + 2];
        println!("generated log {seed}, scenarios {scenarios:?}");
        let told = tables(home.path(), &arguments, &scenarios, "1");
        // A log may have nothing to charge, but few do.
        with_rows += u64::from(told[2].len() > 200);
        case.rows.reverse();
        let home = tempfile::tempdir().unwrap();
        let arguments = shared(generator::files::write(&case, home.path()));
        let again = tables(home.path(), &arguments, &scenarios, "2");
        for (table, (left, right)) in told.iter().zip(&again).enumerate() {
            assert!(
                left == right,
                "table {table} depends on threads or the order of rows:\n{}\n{}",
                String::from_utf8_lossy(left),
                String::from_utf8_lossy(right)
            );
        }
    }
    assert!(with_rows * 4 > seeds * 3, "{with_rows} of {seeds}");
}
