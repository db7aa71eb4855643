"""Identity numbers from stdin, one a line; for each: what two Python packages say, as JSON.

`id_validator`: whether the number is valid, its birth date and sex. `stdnum`: whether form, check character and date are right;
its table of places is left out on purpose, because a place code is never a ground to reject a number.
"""

import functools
import json
import sys

import id_validator.data as data
import id_validator.validator as validator
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

# The package builds its tables anew at each look-up, which takes 20 ms a number; once is enough.
for name in ("get_address_code", "get_address_code_timeline"):
    setattr(data, name, functools.cache(getattr(data, name)))


def stdnum_says(number: str) -> bool:
    if len(number) != 18 or not number[:17].isdigit():
        return False
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return ric.calc_check_digit(number) == number[-1]


for line in sys.stdin:
    number = line.rstrip("\n")
    info = validator.get_info(number)
    print(
        json.dumps(
            {
                "id_validator": bool(info),
                "birth": info["birthday_code"] if info else None,
                "male": bool(info["sex"]) if info else None,
                "stdnum": stdnum_says(number),
            }
        )
    )
