"""Running the kernel: blocks of draws over any executor, merged in order."""
