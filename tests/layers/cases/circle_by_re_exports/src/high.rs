use crate::Third;
