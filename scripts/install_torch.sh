#!/bin/sh
# Install PyTorch in the build that fits this machine, at the version that constraints.txt pins:
# the CPU build where there is no NVIDIA driver, the ordinary build where there is one.
#
# On Linux the package registry's own build carries gigabytes of CUDA. There the CPU build is
# asked for by its full version, `+cpu`, which nothing else satisfies: this never falls back to CUDA.
set -eu

python=${PYTHON:-python3}
version=$(sed -n 's/^torch==//p' constraints.txt)
cpu_index=https://download.pytorch.org/whl/cpu

there='import sys; from importlib import metadata as m; sys.exit(m.version("torch").split("+")[0] != sys.argv[1])'
if "$python" -c "$there" "$version" 2>/dev/null; then
    echo "PyTorch $version is there"
    exit 0
fi

if [ -n "${NVIDIA:-}" ] || [ "$(uname -s)" != Linux ]; then
    exec "$python" -m pip install --quiet "torch==$version" # has no CUDA outside Linux
fi

# Alone: what PyTorch itself needs comes with the rest, at the versions of constraints.txt.
wanted="torch==$version+cpu"
echo "PyTorch $version, CPU build"
if "$python" -m pip install -qq --no-deps --retries 1 --timeout 15 --index-url "$cpu_index" "$wanted"; then
    exit 0
fi
echo "The index of CPU builds cannot be reached; trying the package sources of this machine"
if "$python" -m pip install -qq --no-deps "$wanted"; then
    exit 0
fi
cat >&2 <<MESSAGE
PyTorch's CPU build ($wanted) was found neither in its own index nor in this machine's package
sources. Download that build on a machine that reaches one, and install it by hand; then run make
again:  $python -m pip install PATH_OF_THE_WHEEL
MESSAGE
exit 1
