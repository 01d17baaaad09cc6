#[path = "low.rs"]
mod lower;
#[cfg(unix)]
#[path = "mid/unix.rs"]
mod system;
#[cfg_attr(windows, path = "mid/windows.rs")]
mod windows;
#[cfg(test)]
#[path = "mid/checks.rs"]
mod checks;
