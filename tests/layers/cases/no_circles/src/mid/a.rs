//! Not `super::b::g`.
use super::b;

pub fn f(a: u8) {
    b.g(a);
}

pub struct Own;

#[cfg(test)]
mod tests {
    use super::super::b::g;
}
