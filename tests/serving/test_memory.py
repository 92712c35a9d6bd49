"""Threads of a server share malloc's arenas."""

import subprocess
import sys

import pytest

PROGRAM = """
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


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_arenas_are_few(tmp_path: object) -> None:
    def arenas(mode: str) -> int:
        command = [sys.executable, "-c", PROGRAM, mode, f"{tmp_path}/{mode}.xml"]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert arenas("limited") <= 2 < arenas("free")
