//! Inks: every colour of the charts, by number, and what each category looks like.
//!
//! plotters draws with numbers in the place of colours; [`Ink::paint`] says what each is in the page. Inks of
//! words and lines are variables of the page, so that a chart follows it into the dark. Colours of data have a
//! contrast of at least 3:1 on white and on near-black alike, which leaves them about equally bright: so the
//! legend's order and textures tell what colours alone would not.

use plotters::style::RGBColor;

/// A colour by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink(u8);

/// What covers a surface besides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texture {
    Plain,
    /// What costs nothing, and what was billed too much.
    Stripes,
    /// What belongs to a family: the same colour as its head.
    Dots,
}

/// A kind of data: always the same colour and texture, in every chart of every report.
#[derive(Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name in the summary.
    pub key: &'static str,
    /// Its name in a legend.
    pub label: &'static str,
    /// In light and dark.
    pub colour: &'static str,
    /// Besides the colour.
    pub texture: Texture,
}

/// A variable of the page, and what it is where there is no page.
const VARIABLES: [(&str, &str); 4] = [
    ("ink", "#1b1f24"),
    ("muted", "#57606a"),
    ("grid", "#d8dee4"),
    ("paper", "#ffffff"),
];

/// The colour of heat; its steps differ in how much of it covers the paper.
pub const HEAT: &str = "#0072b2";
/// How much, in hundredths.
pub const HEAT_STEPS: [u8; 5] = [30, 45, 60, 80, 100];

const FIRST_HEAT: u8 = 16;
const FIRST_SERIES: u8 = 32;

/// Every kind, in the order of stacks and legends.
pub const SERIES: [Series; 19] = [
    plain("marketing", "marketing", "#0072b2"),
    dots("marketing_lite", "marketing lite", "#0072b2"),
    plain("utility", "utility", "#d55e00"),
    plain("authentication", "authentication", "#009e73"),
    dots(
        "authentication_international",
        "authentication international",
        "#009e73",
    ),
    plain("service", "service", "#c4709f"),
    plain("general_purpose_ai", "general-purpose AI", "#a6761d"),
    plain("business_initiated", "business-initiated", "#7b5ea7"),
    dots("user_initiated", "user-initiated", "#7b5ea7"),
    plain("regular", "charged", "#5d7896"),
    dots("covered", "covered by a conversation", "#5d7896"),
    stripes("free_tier", "free: allowance of the month", "#a6761d"),
    stripes("free_customer_service", "free: customer service", "#c4709f"),
    stripes("free_entry_point", "free entry point", "#79828b"),
    plain("whole", "", "#5d7896"),
    dots("elsewhere", "outside of the log", "#5d7896"),
    stripes("over", "more than expected", "#d55e00"),
    plain("under", "less than expected", "#0072b2"),
    dots("other", "other", "#79828b"),
];

const fn plain(key: &'static str, label: &'static str, colour: &'static str) -> Series {
    Series {
        key,
        label,
        colour,
        texture: Texture::Plain,
    }
}

const fn dots(key: &'static str, label: &'static str, colour: &'static str) -> Series {
    Series {
        key,
        label,
        colour,
        texture: Texture::Dots,
    }
}

const fn stripes(key: &'static str, label: &'static str, colour: &'static str) -> Series {
    Series {
        key,
        label,
        colour,
        texture: Texture::Stripes,
    }
}

/// The place of a kind in stacks and legends; a name that is not known is the last, `other`.
pub fn place(key: &str) -> usize {
    SERIES
        .iter()
        .position(|series| series.key == key)
        .unwrap_or(SERIES.len() - 1)
}

impl Ink {
    /// Words.
    pub const INK: Self = Self(0);
    /// Words of less weight.
    pub const MUTED: Self = Self(1);
    /// Lines behind the data.
    pub const GRID: Self = Self(2);
    /// The page itself.
    pub const PAPER: Self = Self(3);
    /// A limit: a dashed line.
    pub const LIMIT: Self = Self(4);
    /// Nothing to be seen: a place with words of its own for who points at it.
    pub const TIP: Self = Self(5);

    /// A kind of data, by its place.
    pub fn series(place: usize) -> Self {
        Self(FIRST_SERIES + place.min(SERIES.len() - 1) as u8)
    }

    /// A kind of data, by name.
    pub fn named(key: &str) -> Self {
        Self::series(place(key))
    }

    /// A step of heat, the coolest first.
    pub fn heat(step: usize) -> Self {
        Self(FIRST_HEAT + step.min(HEAT_STEPS.len() - 1) as u8)
    }

    /// What plotters takes for the colour.
    pub const fn placeholder(self) -> RGBColor {
        RGBColor(0, 0, self.0)
    }

    /// The ink behind what plotters wrote, such as `#000021`.
    pub fn read(placeholder: &str) -> Option<Self> {
        let number = placeholder.strip_prefix("#0000")?;
        u8::from_str_radix(number, 16).ok().map(Self)
    }

    /// What it paints with: a value for `fill` or `stroke`, and more attributes.
    pub fn paint(self, chart: &str) -> (String, String) {
        if let Some(series) = self.as_series() {
            let paint = match series.texture {
                Texture::Plain => series.colour.to_owned(),
                _ => format!("url(#{chart}-{})", series.key),
            };
            return (paint, String::new());
        }
        match self.0 {
            0..=3 => (variable(self.0 as usize), String::new()),
            4 => (variable(0), r#" stroke-dasharray="4 3""#.to_owned()),
            5 => ("none".to_owned(), r#" pointer-events="all""#.to_owned()),
            heat => {
                let step = usize::from(heat - FIRST_HEAT).min(HEAT_STEPS.len() - 1);
                let opacity = f64::from(HEAT_STEPS[step]) / 100.0;
                (HEAT.to_owned(), format!(r#" fill-opacity="{opacity}""#))
            }
        }
    }

    /// The kind of data it stands for.
    pub fn as_series(self) -> Option<&'static Series> {
        SERIES.get(usize::from(self.0.checked_sub(FIRST_SERIES)?))
    }
}

fn variable(place: usize) -> String {
    let (name, light) = VARIABLES[place];
    format!("var(--{name}, {light})")
}

/// A drawing that is on no page: every variable is its light colour.
pub fn without_variables(svg: &str) -> String {
    VARIABLES
        .iter()
        .enumerate()
        .fold(svg.to_owned(), |svg, (place, (_, light))| {
            svg.replace(&variable(place), light)
        })
}

/// The surface of a kind that has a texture.
pub fn pattern(chart: &str, series: &Series) -> Option<String> {
    let paper = variable(3);
    let over = match series.texture {
        Texture::Plain => return None,
        Texture::Stripes => format!(
            r#"<path d="M-1 1L1 -1M-1 7L7 -1M5 7L7 5" stroke="{paper}" stroke-width="1.6"/>"#
        ),
        Texture::Dots => format!(
            r#"<circle cx="1.5" cy="1.5" r="1" fill="{paper}"/><circle cx="4.5" cy="4.5" r="1" fill="{paper}"/>"#
        ),
    };
    Some(format!(
        r#"<pattern id="{chart}-{}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="{}"/>{over}</pattern>"#,
        series.key, series.colour
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG defines it.
    fn luminance(colour: &str) -> f64 {
        let part = |from: usize| {
            let value = u8::from_str_radix(&colour[from..from + 2], 16).expect("a colour");
            let value = f64::from(value) / 255.0;
            match value <= 0.040_45 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_colour_is_seen_in_light_and_dark() {
        for series in &SERIES {
            for page in ["#ffffff", "#15181c"] {
                let contrast = contrast(series.colour, page);
                assert!(contrast >= 3.0, "{} on {page}: {contrast}", series.key);
            }
        }
        assert!(
            contrast(VARIABLES[1].1, VARIABLES[3].1) >= 4.5,
            "muted words"
        );
    }

    #[test]
    fn no_two_kinds_of_one_chart_look_the_same() {
        let categories = SERIES.iter().filter(|series| !series.label.is_empty());
        for (number, series) in categories.clone().enumerate() {
            for other in categories.clone().skip(number + 1) {
                let is_same = series.colour == other.colour && series.texture == other.texture;
                let pair = (series.key, other.key);
                // These stand in no chart together.
                let apart = [("marketing", "under"), ("covered", "elsewhere")];
                assert!(!is_same || apart.contains(&pair), "{pair:?}");
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
}
