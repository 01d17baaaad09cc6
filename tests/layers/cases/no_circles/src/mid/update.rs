pub fn update() {}

pub fn start(_: ()) {
    self::update();
    super::update();
    crate::mid::update::update();
}
