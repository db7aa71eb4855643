"""Every day of the years given (first and last): the date and 1 if it is worked, by chinesecalendar."""

import datetime
import sys

import chinese_calendar

first, last = int(sys.argv[1]), int(sys.argv[2])
day = datetime.date(first, 1, 1)
while day.year <= last:
    print(day.isoformat(), int(chinese_calendar.is_workday(day)))
    day += datetime.timedelta(days=1)
