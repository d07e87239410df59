//! One thread reads and cuts, all threads of the pool decode.

use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::split::{Splitter, TextChunk};

/// Hands every chunk that `select` keeps to `work`, on the current rayon pool.
///
/// `select` runs in the calling thread, in order; it may end the reading. The first error in the file's
/// order of those that occur before reading ends is returned.
pub(super) fn for_each_chunk(
    splitter: &mut Splitter,
    mut read_error: impl FnMut(&Splitter, std::io::Error) -> anyhow::Error,
    mut select: impl FnMut(&Splitter, &TextChunk) -> ControlFlow<(), bool>,
    work: &(dyn Fn(&TextChunk) -> anyhow::Result<()> + Sync),
) -> anyhow::Result<()> {
    let buffers = Buffers::new(2 * rayon::current_num_threads() + 2);
    let failure = Failure::default();
    let read = rayon::in_place_scope(|scope| -> anyhow::Result<()> {
        while !failure.is_set() {
            let buffer = buffers.take();
            let next = splitter
                .next(buffer)
                .map_err(|error| read_error(splitter, error))?;
            let Some(chunk) = next else { break };
            match select(splitter, &chunk) {
                ControlFlow::Break(()) => break,
                ControlFlow::Continue(false) => {
                    buffers.give_back(chunk.text);
                    continue;
                }
                ControlFlow::Continue(true) => {}
            }
            let mut chunk = Returned {
                chunk,
                buffers: &buffers,
            };
            let failure = &failure;
            scope.spawn(move |_| {
                let chunk = &mut chunk.chunk;
                if !failure.is_set()
                    && let Err(error) = work(chunk)
                {
                    failure.set(chunk.sequence, error);
                }
            });
        }
        Ok(())
    });
    failure.into_result().and(read)
}

/// The memory of chunks: as many as may be in flight.
struct Buffers {
    free: Mutex<Vec<Vec<u8>>>,
    returned: Condvar,
}

impl Buffers {
    fn new(count: usize) -> Self {
        Self {
            free: Mutex::new(vec![Vec::new(); count]),
            returned: Condvar::new(),
        }
    }

    /// A free buffer. A thread of the pool decodes chunks while it waits, since it may be the only one.
    fn take(&self) -> Vec<u8> {
        loop {
            if let Some(buffer) = locked(&self.free).pop() {
                return buffer;
            }
            if rayon::yield_now() == Some(rayon::Yield::Executed) {
                continue;
            }
            let free = locked(&self.free);
            if free.is_empty() {
                // With a limit, for there may be something to decode again in the meantime.
                drop(self.returned.wait_timeout(free, Duration::from_millis(1)));
            }
        }
    }

    fn give_back(&self, buffer: Vec<u8>) {
        locked(&self.free).push(buffer);
        self.returned.notify_one();
    }
}

/// A chunk whose memory goes back when it is done with, also by a panic.
struct Returned<'b> {
    chunk: TextChunk,
    buffers: &'b Buffers,
}

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        self.buffers.give_back(std::mem::take(&mut self.chunk.text));
    }
}

/// The error of the earliest chunk that has one.
#[derive(Default)]
struct Failure {
    error: Mutex<Option<(u32, anyhow::Error)>>,
}

impl Failure {
    fn is_set(&self) -> bool {
        locked(&self.error).is_some()
    }

    fn set(&self, sequence: u32, error: anyhow::Error) {
        let mut known = locked(&self.error);
        if known
            .as_ref()
            .is_none_or(|&(earliest, _)| sequence < earliest)
        {
            *known = Some((sequence, error));
        }
    }

    fn into_result(self) -> anyhow::Result<()> {
        match self
            .error
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
        {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }
}

/// Locks what stays sound even if a thread panicked with it.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
