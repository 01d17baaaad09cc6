mod own {
    #[path = "far.rs"]
    mod inner;
}
