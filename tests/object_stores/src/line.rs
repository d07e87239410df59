//! A connection that breaks when so many bytes have passed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How many bytes may pass, on all connections together.
#[derive(Clone)]
pub struct Budget(Arc<AtomicI64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MAX)))
    }
}

impl Budget {
    /// Sets it anew.
    pub fn set(&self, bytes: i64) {
        self.0.store(bytes, Ordering::SeqCst);
    }

    /// Whether nothing passes any more.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::SeqCst) <= 0
    }

    fn spend(&self, bytes: usize) {
        self.0.fetch_sub(bytes as i64, Ordering::SeqCst);
    }
}

/// A connection.
pub struct Line {
    stream: TcpStream,
    budget: Budget,
}

impl Line {
    /// A connection that lives from this budget.
    pub fn new(stream: TcpStream, budget: Budget) -> Self {
        Self { stream, budget }
    }

    fn broken<T>(&self) -> Option<Poll<io::Result<T>>> {
        let is_broken = self.budget.is_spent();
        is_broken.then(|| Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())))
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(broken) = self.broken() {
            return broken;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.budget.spend(buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(broken) = self.broken() {
            return broken;
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = &written {
            self.budget.spend(*count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
