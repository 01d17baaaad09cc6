pub struct Other;

pub fn other() {
    super::a::one();
}
