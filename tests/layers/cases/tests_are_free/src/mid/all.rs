#![cfg(test)]

use crate::high::Thing;
