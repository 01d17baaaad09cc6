macro_rules! vec {
    () => {};
}
