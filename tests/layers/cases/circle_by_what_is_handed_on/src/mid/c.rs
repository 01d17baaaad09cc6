pub fn handed() {
    super::a::f(super::b::Handed);
}
