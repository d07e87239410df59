//! The fonts that travel with the program; `data/fonts/README.md` says where they come from.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb;

/// What the fonts call themselves.
pub const FAMILY: &str = "DejaVu Sans";
/// A TrueType file with plain letters.
pub const REGULAR: &[u8] = include_bytes!("../../data/fonts/DejaVuSans.ttf");
/// A TrueType file with bold letters.
pub const BOLD: &[u8] = include_bytes!("../../data/fonts/DejaVuSans-Bold.ttf");

/// Every family name of CSS leads to the one family there is.
pub(super) fn database() -> Arc<fontdb::Database> {
    static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut database = fontdb::Database::new();
        for font in [REGULAR, BOLD] {
            database.load_font_data(font.to_vec());
        }
        database.set_serif_family(FAMILY);
        database.set_sans_serif_family(FAMILY);
        database.set_monospace_family(FAMILY);
        database.set_cursive_family(FAMILY);
        database.set_fantasy_family(FAMILY);
        Arc::new(database)
    });
    Arc::clone(&DATABASE)
}
