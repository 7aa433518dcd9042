"""The vectorised simulation kernel: NumPy and numba, bit for bit the same."""
