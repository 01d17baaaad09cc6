pub struct Own;

pub fn f(_: crate::nested::Other) {}
