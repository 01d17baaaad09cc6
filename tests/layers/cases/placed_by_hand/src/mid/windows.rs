use super::super::high::Thing;
