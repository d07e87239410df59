//! SIGINT and SIGTERM: the half-written folder goes, the exit code is 130.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::exit::ExitStatus;

/// The folder to remove if the run is cut off. Held while a folder is being made visible.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Whether signals are listened to already: a job does before its run does.
static LISTENS: AtomicBool = AtomicBool::new(false);

/// What is said of an interruption, where it is not that nothing was written.
static SAID: Mutex<Option<String>> = Mutex::new(None);

/// Sets what an interruption from now on is told to have left; `None`: nothing.
pub fn say_of_signal(text: Option<String>) {
    *SAID.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = text;
}

fn unfinished() -> MutexGuard<'static, Option<PathBuf>> {
    UNFINISHED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Names the folder that must not survive an interruption.
pub fn remove_on_signal(folder: Option<&Path>) {
    *unfinished() = folder.map(Path::to_owned);
}

/// Makes a folder or a file that must not survive an interruption; a signal waits until it is named.
///
/// # Errors
/// If it cannot be made.
pub fn make<T>(
    make: impl FnOnce() -> anyhow::Result<T>,
    path: impl FnOnce(&T) -> &Path,
) -> anyhow::Result<T> {
    let mut unfinished = unfinished();
    let made = make()?;
    *unfinished = Some(path(&made).to_owned());
    Ok(made)
}

thread_local! {
    /// Whether this thread holds off signals, see [`undisturbed`].
    static HOLDS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// The folder is complete or gone.
pub fn forget_folder() {
    if !HOLDS.get() {
        *unfinished() = None;
    }
}

/// Does something that a signal must not cut in half.
pub fn undisturbed<T>(act: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut folder = unfinished();
    HOLDS.set(true);
    let done = act();
    HOLDS.set(false);
    if done.is_ok() {
        *folder = None;
    }
    done
}

/// Starts to listen for signals.
///
/// # Errors
/// If the system refuses.
#[cfg(unix)]
pub fn listen() -> io::Result<()> {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    if LISTENS.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let (mut signals, writer) = UnixStream::pair()?;
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let mut signal = [0];
            if signals.read_exact(&mut signal).is_ok() {
                leave();
            }
        })?;
    Ok(())
}

/// Signals are left to the system.
#[cfg(not(unix))]
pub fn listen() -> io::Result<()> {
    LISTENS.store(true, Ordering::Relaxed);
    Ok(())
}

/// Ends a run that cannot go on, from whatever thread, unless its folder is complete.
pub fn give_up(error: &dyn std::fmt::Display) {
    let folder = unfinished();
    if let Some(folder) = &*folder {
        remove(folder);
        eprintln!("error: {error}");
        std::process::exit(i32::from(ExitStatus::Usage.code()));
    }
}

/// Removes a folder to which other threads still write.
fn remove(folder: &Path) {
    // Renamed first: what the other threads still create by path then fails instead of staying.
    let mut doomed = folder.as_os_str().to_owned();
    doomed.push(".removed");
    let doomed = PathBuf::from(doomed);
    let doomed = match fs::rename(folder, &doomed) {
        Ok(()) => &doomed,
        Err(_) => folder,
    };
    if fs::remove_file(doomed).is_err() {
        let _ = fs::remove_dir_all(doomed);
    }
}

#[cfg(unix)]
fn leave() -> ! {
    let folder = unfinished();
    if let Some(folder) = &*folder {
        remove(folder);
    }
    let said = SAID.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let nothing = "interrupted: nothing was written";
    eprintln!("{}", said.as_deref().unwrap_or(nothing));
    std::process::exit(i32::from(ExitStatus::Interrupted.code()));
}
