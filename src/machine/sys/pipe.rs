//! Pipes that child processes inherit.

use std::io;
use std::os::fd::{BorrowedFd, IntoRawFd, RawFd};

/// A new pipe: its reading and its writing end. Both stay open until the process ends, and every child process has them
/// under the same numbers.
///
/// # Errors
/// If the system has no file descriptors left.
pub fn inherited_pipe() -> io::Result<(RawFd, RawFd)> {
    let (read, write) = rustix::pipe::pipe()?;
    Ok((read.into_raw_fd(), write.into_raw_fd()))
}

/// The end of a pipe with this number, which [`inherited_pipe`] has made in this process or in its parent.
pub const fn inherited(end: RawFd) -> BorrowedFd<'static> {
    // SAFETY: nobody closes it before the process ends. With any other number, reading and writing fail.
    unsafe { BorrowedFd::borrow_raw(end) }
}
