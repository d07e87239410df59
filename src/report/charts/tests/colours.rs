//! What the eye can tell apart, in light and dark, and whatever colours it sees.

use plotters::style::RGBColor;

use crate::report::charts::palette::{Ink, SERIES, Series, VARIABLES};

/// Colours as most see them, and as those do who lack a kind of cone (Machado, Oliveira and Fernandes, 2009).
const EYES: [(&str, [[f64; 3]; 3]); 4] = [
    (
        "all cones",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "protanopia",
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ),
];
/// A difference in CIELAB that is seen at a glance.
const DIFFERENCE_LEAST: f64 = 12.0;

/// Red, green and blue as amounts of light.
fn light(colour: &str) -> [f64; 3] {
    [1, 3, 5].map(|from| {
        let value = u8::from_str_radix(&colour[from..from + 2], 16).expect("a colour");
        let value = f64::from(value) / 255.0;
        match value <= 0.040_45 {
            true => value / 12.92,
            false => ((value + 0.055) / 1.055).powf(2.4),
        }
    })
}

/// Contrast as WCAG defines it.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let [red, green, blue] = light(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// CIELAB, as an eye sees it.
fn seen(colour: &str, eye: &[[f64; 3]; 3]) -> [f64; 3] {
    let light = light(colour);
    let [red, green, blue] = eye.map(|row| {
        let sum: f64 = row
            .iter()
            .zip(light)
            .map(|(part, light)| part * light)
            .sum();
        sum.max(0.0)
    });
    let root = |value: f64| match value > 0.008_856 {
        true => value.cbrt(),
        false => 7.787 * value + 16.0 / 116.0,
    };
    let x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
    let y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    let z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn difference(one: &str, other: &str, eye: &[[f64; 3]; 3]) -> f64 {
    let parts = seen(one, eye).into_iter().zip(seen(other, eye));
    parts
        .map(|(one, other)| (one - other).powi(2))
        .sum::<f64>()
        .sqrt()
}

#[test]
fn every_colour_is_seen_in_light_and_dark() {
    for series in &SERIES {
        for page in ["#ffffff", "#15181c"] {
            let contrast = contrast(series.colour, page);
            assert!(contrast >= 3.0, "{} on {page}: {contrast}", series.key);
        }
    }
    let (muted, paper) = (VARIABLES[1].1, VARIABLES[3].1);
    assert!(contrast(muted, paper) >= 4.5, "muted words");
}

/// Those that share a chart differ in texture, or in a colour that every eye tells apart.
#[test]
fn kinds_of_one_chart_do_not_look_the_same_to_anyone() {
    let named = |keys: &[&str]| -> Vec<&Series> {
        SERIES
            .iter()
            .filter(|series| keys.contains(&series.key))
            .collect()
    };
    let pricing_types = [
        "regular",
        "free_tier",
        "free_customer_service",
        "free_entry_point",
        "covered",
        "other",
    ];
    let apart = [
        "regular",
        "free_tier",
        "free_customer_service",
        "covered",
        "whole",
        "elsewhere",
        "over",
        "under",
    ];
    let categories = SERIES
        .iter()
        .filter(|series| !apart.contains(&series.key))
        .collect();
    let charts: [Vec<&Series>; 4] = [
        categories,
        named(&pricing_types),
        named(&["whole", "over", "under", "other"]),
        named(&["whole", "elsewhere"]),
    ];
    for chart in charts {
        assert!(chart.len() > 1);
        for (number, one) in chart.iter().enumerate() {
            for other in &chart[number + 1..] {
                for (eye, matrix) in &EYES {
                    let difference = difference(one.colour, other.colour, matrix);
                    assert!(
                        one.texture != other.texture || difference >= DIFFERENCE_LEAST,
                        "{} and {} with {eye}: {difference}",
                        one.key,
                        other.key
                    );
                }
            }
        }
    }
}

#[test]
fn inks_are_read_back() {
    for ink in [
        Ink::INK,
        Ink::TIP,
        Ink::heat(4),
        Ink::series(0),
        Ink::named("other"),
    ] {
        let RGBColor(red, green, blue) = ink.placeholder();
        assert_eq!(
            Ink::read(&format!("#{red:02X}{green:02X}{blue:02X}")),
            Some(ink)
        );
    }
    assert_eq!(Ink::read("#FF0000"), None);
}
