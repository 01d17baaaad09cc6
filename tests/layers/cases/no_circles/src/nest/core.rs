pub fn below() {
    super::above();
}
