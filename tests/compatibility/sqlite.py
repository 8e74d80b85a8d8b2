import sqlite3

with sqlite3.connect("base.db") as base:
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE numbers (n)")
    base.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(10)])
base.close()
print(sqlite3.connect("/tmp/../home/example/base.db").execute("SELECT sum(n) FROM numbers").fetchone())
