macro_rules! leaks {
    () => {};
}

#[macro_export]
macro_rules! exported {
    () => {};
}

macro_rules! named {
    () => {};
}

pub(crate) use named;

fn f() {
    macro_rules! println {
        () => {};
    }
}
