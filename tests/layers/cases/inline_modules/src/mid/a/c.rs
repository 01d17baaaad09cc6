use super::super::super::high::Thing;
use super::super::own;
