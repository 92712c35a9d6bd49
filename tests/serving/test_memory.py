"""Threads of a server share malloc's arenas, which keep what the next search needs."""

import subprocess
import sys

import pytest

ARENAS = """
import ctypes, re, sys, threading
from search_api.serving.memory import limit_arenas
if sys.argv[1] == "limited":
    limit_arenas()
barrier = threading.Barrier(12)
def work():
    barrier.wait()
    kept = [bytearray(5000) for _ in range(2000)]
    barrier.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, file)
libc.fclose(file)
print(len(re.findall("<heap nr=", open(sys.argv[2]).read())))
"""

FAULTS = """
import resource, sys, threading
import numpy as np
from search_api.serving.memory import limit_arenas
if sys.argv[1] == "limited":
    limit_arenas()
def work():
    for _ in range(3):
        np.ones(300_000, np.float32), np.ones(200_000, np.float32)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(10):
        np.ones(300_000, np.float32), np.ones(200_000, np.float32)
    print(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""

only_glibc = pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")


@only_glibc
def test_arrays_of_a_search_are_not_mapped_anew_each_time() -> None:
    command = [sys.executable, "-c", FAULTS, "limited"]
    assert int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) < 10


@only_glibc
def test_arenas_are_few(tmp_path: object) -> None:
    def arenas(mode: str) -> int:
        command = [sys.executable, "-c", ARENAS, mode, f"{tmp_path}/{mode}.xml"]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert arenas("limited") <= 2 < arenas("free")
