from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(abs, [-1, -2, -3])))
    with ThreadPoolExecutor(4) as pool:
        print(list(pool.map(abs, [-1, -2, -3])))
