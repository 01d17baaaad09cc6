include!("other.rs");

use std::include as bring;

pub fn f() -> &'static str {
    std::include!(concat!("a", "b.rs"));
    println!("{}", include!("other.rs"));
    include_str!("other.rs")
}

macro_rules! made {
    () => {
        core::include! { "other.rs" }
    };
}

#[cfg(test)]
mod tests {
    include!("other.rs");
}
