mod deep;

pub use deep::Deep;
