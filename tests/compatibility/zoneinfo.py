import datetime
import time
import zoneinfo

moscow = zoneinfo.ZoneInfo("Europe/Moscow")
print(datetime.datetime(2024, 1, 1, tzinfo=moscow).utcoffset(), time.tzname)
