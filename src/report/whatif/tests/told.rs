//! The circumstances in which a comparison is told.

use crate::log::totals::ControlTotals;
use crate::replay::outcome::Warning;
use crate::report::mask::Mask;
use crate::report::summary::{
    Circumstances, InputSummary, LogFileSummary, Period, SettingInForce, TimeRange,
};
use crate::report::whatif::{Told, WhatIfSummary};
use crate::whatif::Comparison;

/// The summary of a comparison.
pub fn summary(comparison: &Comparison) -> WhatIfSummary {
    let told = Told {
        comparison,
        time_range: Some(TimeRange {
            first: "2026-10-01T00:00:04Z".into(),
            last: "2026-11-30T23:59:41Z".into(),
        }),
        control_totals: ControlTotals {
            rows_read: 9_800,
            inbound: 4_900,
            outbound_delivered: 4_700,
            rejected: 200,
            ..ControlTotals::default()
        },
        sent_counts_as_delivered: false,
        warnings: vec![Warning {
            code: "Q-CONFLICT".into(),
            count: 3,
            text: "messages have contradicting rows; the first was kept".into(),
        }],
        incomplete: Vec::new(),
        mask: &mask(),
    };
    WhatIfSummary::new(&told, circumstances())
}

pub fn mask() -> Mask {
    Mask::of_run([&[7; 32]])
}

fn circumstances() -> Circumstances {
    let input = |role: &str, path: &str| InputSummary {
        role: role.into(),
        path: path.into(),
        bytes: 1_234_567,
        blake3: "c2e4f1897f941c0ebfa0b951b2a3460f221029def8f215005293cff889245fc7".into(),
    };
    Circumstances {
        command: "whatif",
        command_line: "counterfoil whatif exports/autumn.parquet --scenario scenarios/dearer.toml \
                       --scenario scenarios/provider.toml --sweep prices.provider.percent=0..10"
            .into(),
        period: Period {
            from: Some("2026-10-01".into()),
            to: Some("2026-11-30".into()),
        },
        files: vec![LogFileSummary {
            path: "exports/autumn.parquet".into(),
            bytes: 12_345_678,
            ignored_columns: Vec::new(),
        }],
        inputs: vec![
            input("log", "exports/autumn.parquet"),
            input("scenario", "scenarios/dearer.toml"),
        ],
        fingerprint: "9d977ba1a02531ab05d1b879dfaffae1".into(),
        settings: vec![SettingInForce {
            id: "S-07".into(),
            name: "window_instant".into(),
            value: "send".into(),
            origin: "default".into(),
        }],
        ..Circumstances::default()
    }
}
