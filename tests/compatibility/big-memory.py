data = [bytes(1 << 20) for _ in range(300)]
print(sum(map(len, data)) >> 20)
