// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
use std::ffi::CStr;
use std::fmt;
use std::io;

use crate::sys;

/// A failure, with the library's words
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    errno: i32,
    words: String,
}

/// What functions of this crate return
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(errno: i32, words: impl Into<String>) -> Self {
        Self {
            errno,
            words: words.into(),
        }
    }

    /// The errno, positive: 16 is EBUSY
    pub fn errno(&self) -> i32 {
        self.errno
    }

    /// What was tried, on what, and why it was refused
    pub fn words(&self) -> &str {
        &self.words
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let os = io::Error::from_raw_os_error(self.errno);

        if self.words.is_empty() {
            write!(f, "{os}")
        } else {
            write!(f, "{} ({os})", self.words)
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        io::Error::new(io::Error::from_raw_os_error(error.errno).kind(), error)
    }
}

/// What a function of C has returned. The words are those of this thread's last call
pub(crate) fn check(rc: i32) -> Result<i32> {
    if rc >= 0 {
        return Ok(rc);
    }
    // SAFETY: a string of this thread's, which is valid until its next call
    let words = unsafe { CStr::from_ptr(sys::ds_why()) };
    Err(Error::new(-rc, words.to_string_lossy()))
}

/// A list whose length is known only when it is asked for, and may have grown since
pub(crate) fn list<T: Clone>(
    empty: T,
    mut ask: impl FnMut(*mut T, &mut usize) -> i32,
) -> Result<Vec<T>> {
    const EMSGSIZE: i32 = 90;
    let mut room = 8;

    loop {
        let mut out = vec![empty.clone(); room];
        let mut n = room;

        match check(ask(out.as_mut_ptr(), &mut n)) {
            Err(error) if error.errno() == EMSGSIZE && n > room => room = n,
            Err(error) => return Err(error),
            Ok(_) => {
                out.truncate(n);
                return Ok(out);
            }
        }
    }
}
