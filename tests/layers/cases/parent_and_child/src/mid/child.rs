pub mod deep;

pub struct Own(u8);

pub struct Given;

pub fn f() {
    super::f(Own(super::NOBODY), Given);
    super::other::h();
    deep::g();
}
