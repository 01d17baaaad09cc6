pub fn r#fn() {
    r#crate_less();
    crate::r#high::r#call();
    println!("{}", crate::r#high::r#call());
}

fn crate_less() {
    crate::r#try::r#mid();
}
