//! See `crate::high` and [`crate::high::Thing`].
//!
//! ```
//! use crate::high::Thing;
//! ```

/* crate::high::call() */

/// As [`super::high::call`].
pub fn f() -> char {
    // crate::high::call();
    let _ = "crate::high::call()";
    let _ = r#"use "crate::high::Thing";"#;
    let _ = b"crate::high::call()";
    println!("crate::high::call() {}", "use super::high");
    '"' // crate::high::call()
}
