use super::*;

fn set(key: &str, value: &str) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    settings.set(key, value, Origin::CommandLine)?;
    Ok(settings)
}

fn value_of(settings: &Settings, name: &str) -> String {
    settings
        .merged()
        .into_iter()
        .find(|value| value.name == name)
        .expect("a setting")
        .value
}

#[test]
fn the_defaults_are_those_of_the_catalogue() {
    let settings = Settings::default();
    for (setting, value) in catalogue().iter().zip(settings.merged()) {
        assert_eq!(value.value, setting.default, "{}", setting.name);
        assert_eq!(value.origin, Origin::Default);
    }
}

#[test]
fn every_accepted_word_is_taken_and_written_again() {
    for setting in catalogue() {
        let words = match setting.accepted {
            Accepted::OneOf(words) => words.to_vec(),
            Accepted::Count => vec!["0", "3", "1000", "18446744073709551615"],
            Accepted::Seconds => vec!["0", "60", "0.5", "86400.000001"],
            Accepted::Hours(..) => vec!["72", "100", "168"],
            Accepted::ZoneOrNone => vec!["none", "Europe/Berlin", "America/Sao_Paulo", "UTC"],
            Accepted::EntryPoints => vec!["ad", "page_cta", "post", "ad,post", "ad,page_cta,post"],
            Accepted::Digits => vec!["currency", "0", "2", "28"],
            Accepted::Fixed => vec![setting.default],
            Accepted::Input => continue,
        };
        for word in words {
            let settings = set(setting.name, word).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(value_of(&settings, setting.name), word, "{}", setting.name);
            let line = settings
                .merged()
                .into_iter()
                .find(|value| value.name == setting.name)
                .expect("a setting");
            assert_eq!(line.origin.to_string(), "--set");
        }
    }
}

#[test]
fn every_setting_refuses_a_wrong_value_and_names_the_accepted_ones() {
    for setting in catalogue() {
        let error = set(setting.name, "nonsense")
            .expect_err(setting.name)
            .to_string();
        assert!(
            error.starts_with(&format!(
                "--set: unknown value of {} `nonsense`",
                setting.name
            )),
            "{error}"
        );
        assert!(error.contains("; accepted: "), "{error}");
    }
}

#[test]
fn numbers_outside_of_their_bounds_are_refused() {
    for (key, value) in [
        ("S-11b", "71"),
        ("S-11b", "169"),
        ("S-11b", "72.5"),
        ("S-08", "-1"),
        ("S-08", "1.0000001"),
        ("S-08", "."),
        ("S-08", ""),
        ("S-08", "99999999999999999999"),
        ("allowance_pmp_2026", "-3"),
        ("allowance_pmp_2026", "+3"),
        ("allowance_pmp_2026", "1e3"),
        ("rounding_digits", "29"),
        ("S-12", ""),
        ("S-12", "ad,button"),
        ("S-02", "Europe/Berln"),
    ] {
        assert!(set(key, value).is_err(), "{key}={value}");
    }
}

#[test]
fn keys_are_ids_or_names_in_any_case_with_either_dash() {
    for key in [
        "S-07",
        "s-07",
        "S_07",
        "window_instant",
        "WINDOW-INSTANT",
        " window_instant ",
    ] {
        assert_eq!(
            set(key, "DELIVERY").expect(key).window_instant,
            MessageInstant::Delivery,
            "{key}"
        );
    }
    assert_eq!(
        set("S-11b", "96")
            .expect("hours")
            .entry_point_hours_from_2026_09_28,
        96
    );
    assert_eq!(
        set("S-34", "half-even").expect("rounding").rounding,
        Rounding::HalfEven
    );
    assert_eq!(
        set("S-21", "true")
            .expect("a question")
            .entry_point_uses_allowance,
        YesNo::Yes
    );
}

#[test]
fn an_unknown_key_is_answered_with_the_nearest() {
    let error = set("windwo_instant", "send")
        .expect_err("unknown")
        .to_string();
    assert_eq!(
        error,
        "--set: unknown setting `windwo_instant`, nearest is `window_instant`; `counterfoil settings` lists them"
    );
    assert!(set("", "send").is_err());
}

#[test]
fn inputs_are_refused_with_a_word_on_where_they_belong() {
    let error = set("S-31", "true").expect_err("an input").to_string();
    assert!(
        error.ends_with("accepted: an input of the accounts file"),
        "{error}"
    );
}

#[test]
fn later_layers_win_and_the_origin_says_which() {
    let text = "[settings]\nS-07 = \"delivery\"\nedge_tolerance_s = 1.5\nentry_point_sources = [\"ad\", \"post\"]\n\
                allowance_pmp_2026 = 5\n\n[options]\nmax_rejects = \"2%\"\nthreads = 4\n";
    let file = ConfigFile::parse(text, "counterfoil.toml").expect("a file");
    assert_eq!(file.options["max-rejects"], "2%");
    assert_eq!(file.options["threads"], "4");
    let environment = [
        ("COUNTERFOIL_ALLOWANCE_PMP_2026".to_owned(), "6".to_owned()),
        ("COUNTERFOIL_TRUST".to_owned(), "log".to_owned()),
        ("COUNTERFOIL_LOG".to_owned(), "debug".to_owned()),
        ("HOME".to_owned(), "/".to_owned()),
    ];
    let assignments = ["allowance_pmp_2026=7".to_owned()];
    let settings = Settings::layered(Some(&file), environment, &assignments).expect("settings");
    assert_eq!(settings.window_instant, MessageInstant::Delivery);
    assert_eq!(settings.edge_tolerance_micros, 1_500_000);
    assert_eq!(settings.entry_point_sources.to_string(), "ad,post");
    assert_eq!(settings.trust, Trust::Log);
    assert_eq!(settings.allowance_pmp_2026, 7);
    let origins: Vec<_> = settings
        .merged()
        .into_iter()
        .filter(|value| value.origin != Origin::Default)
        .map(|value| format!("{} {}", value.name, value.origin))
        .collect();
    assert_eq!(
        origins,
        [
            "window_instant counterfoil.toml:2",
            "edge_tolerance_s counterfoil.toml:3",
            "entry_point_sources counterfoil.toml:4",
            "allowance_pmp_2026 --set",
            "trust COUNTERFOIL_TRUST",
        ]
    );
}

#[test]
fn a_file_is_refused_with_its_line() {
    let refused = |text: &str| match ConfigFile::parse(text, "c.toml") {
        Ok(file) => Settings::layered(Some(&file), [], &[])
            .expect_err("refused")
            .to_string(),
        Err(error) => error.to_string(),
    };
    assert!(
        refused("[settings]\n\nS-07 = \"soon\"")
            .starts_with("c.toml:3: unknown value of window_instant `soon`")
    );
    assert!(refused("[settings]\nS-99x = 1").starts_with("c.toml:2: unknown setting `S-99x`"));
    assert!(
        refused("\n[setings]\na = 1")
            .starts_with("c.toml:2: unknown table `setings`, nearest is `settings`")
    );
    assert!(refused("threads = 4").starts_with("c.toml:1: `threads` stands outside"));
    assert!(refused("[settings]\nrounding = {a = 1}").starts_with("c.toml:2: `rounding` must be"));
    assert!(refused("[settings]\n= 1").starts_with("c.toml:2: "));
    assert!(refused("[settings]\ntrust = \"log\"\ntrust = \"log\"").starts_with("c.toml:3: "));
}

#[test]
fn an_assignment_needs_its_sign() {
    let error = Settings::layered(None, [], &["trust".to_owned()])
        .expect_err("no value")
        .to_string();
    assert_eq!(error, "--set: `trust` sets nothing: expected KEY=VALUE");
}
