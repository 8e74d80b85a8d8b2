import ctypes
import ctypes.util

libc = ctypes.CDLL(None)
print(libc.abs(-5), ctypes.CDLL("libm.so.6").abs is not None)
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda n: n + 1)
print(callback(41))
