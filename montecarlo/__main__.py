"""``python -m montecarlo`` is the command ``montecarlo``."""

from montecarlo.cli import main

main(prog_name="montecarlo")
