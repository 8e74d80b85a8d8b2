first = 1
# --8<-- [start:part]
second = 2
# --8<-- [end:part]
