pub mod core;

pub fn above() {
    core::below();
}
