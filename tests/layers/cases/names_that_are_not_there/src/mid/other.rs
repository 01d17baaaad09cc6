use super::hidden::*;

pub fn f() -> Option<Box<Vec<String>>> {
    high::call();
    None
}
