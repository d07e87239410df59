//! Bytes as a file, for parsers that open one by its path.

use std::path::Path;

use tempfile::TempDir;

thread_local! {
    /// Kept for all inputs of a thread: to make one for each would take longer than most parsers.
    static FOLDER: TempDir = TempDir::new().expect("a temporary folder");
}

/// Writes a file of this name and hands its path over.
pub fn with_file<T>(name: &str, content: &[u8], use_path: impl FnOnce(&Path) -> T) -> T {
    FOLDER.with(|folder| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file in the temporary folder");
        use_path(&path)
    })
}
