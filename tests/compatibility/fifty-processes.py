import multiprocessing
import time

if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(50) as pool:
        print(len(pool.map(time.sleep, [0.2] * 50, chunksize=1)))
