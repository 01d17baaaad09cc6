use super::super::low::Plain;

pub struct Own(Plain);

pub fn g() {
    super::f(crate::low::Plain, &"").ok();
}
