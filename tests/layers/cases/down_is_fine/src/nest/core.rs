pub fn below() {
    crate::nest::above();
}
