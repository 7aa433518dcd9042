"""Exact solutions: tails of sums of independent votes, and the most that any dependence could make of them."""
