"""Words and pictures for results: everything here reads, nothing computes an answer."""
