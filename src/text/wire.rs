//! What is said of a runner's pipe that carries no more frames.

/// That it broke, as the system says.
pub fn broken(why: &str) -> String {
    format!("the runner's pipe broke: {why}")
}

/// That it carries something that is no frame, and why that is none.
pub fn malformed(why: &str) -> String {
    format!("the runner sent what is no frame: {why}")
}

/// That a frame is longer than any can be.
pub fn too_long(bytes: u32) -> String {
    malformed(&format!("a payload of {bytes} bytes"))
}

/// That a frame has a kind that there is not.
pub fn unknown_kind(kind: u8) -> String {
    malformed(&format!("kind {kind}"))
}
