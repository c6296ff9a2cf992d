"""Programs with their networks as Python files that need no progsynth.

    files = write_standalone(program, networks, dsl, Path("out"), "sum_of_digits")

writes `sum_of_digits.py`, which says each network layer by layer (`layers_text`, `network_text`)
and then the program as readable Python, and `sum_of_digits.safetensors`, the trained weights.
"""

from progsynth.neural.standalone.write import Standalone, standalone, write_standalone

__all__ = ["Standalone", "standalone", "write_standalone"]
