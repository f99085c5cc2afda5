"""What libphonenumber says: oracle.py OUTPUT. A line each, seeded, so always the same:
  number CODE NATIONAL REGION TYPE VALID POSSIBLE
  short REGION DIGITS EMERGENCY VALID COST
  dialled REGION TEXT E164      (- when it is no possible number)
"""
import random
import sys

sys.path.append("/usr/lib/python3/dist-packages")
import phonenumbers as lib  # noqa: E402
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberType  # noqa: E402
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS_OF  # noqa: E402
from phonenumbers.shortnumberinfo import (expected_cost_for_region, is_emergency_number,  # noqa: E402
                                          is_valid_short_number_for_region)

TYPES = {PhoneNumberType.FIXED_LINE: "fixed", PhoneNumberType.MOBILE: "mobile",
         PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile", PhoneNumberType.TOLL_FREE: "toll_free",
         PhoneNumberType.PREMIUM_RATE: "premium", PhoneNumberType.SHARED_COST: "shared_cost",
         PhoneNumberType.VOIP: "voip", PhoneNumberType.PERSONAL_NUMBER: "personal", PhoneNumberType.PAGER: "pager",
         PhoneNumberType.UAN: "uan", PhoneNumberType.VOICEMAIL: "voicemail", PhoneNumberType.UNKNOWN: "unknown"}
COSTS = ["toll_free", "standard", "premium", "unknown"]


def number_of(code, national):
    zeros = min(len(national) - len(national.lstrip("0")), len(national) - 1)
    return PhoneNumber(code, int(national), italian_leading_zero=zeros > 0 or None,
                       number_of_leading_zeros=zeros if zeros > 1 else None)


def examples():
    found = []
    for region in sorted(lib.SUPPORTED_REGIONS):
        for kind in TYPES:
            number = lib.example_number_for_type(region, kind) if kind != PhoneNumberType.UNKNOWN else None
            if number:
                found.append((number.country_code, lib.national_significant_number(number)))
    for code in sorted(lib.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        number = lib.example_number_for_non_geo_entity(code)
        if number:
            found.append((code, lib.national_significant_number(number)))
    return found


def say_number(out, code, national):
    number = number_of(code, national)
    out.write(f"number {code} {national} {lib.region_code_for_number(number) or 'ZZ'} "
              f"{TYPES[lib.number_type(number)]} {int(lib.is_valid_number(number))} "
              f"{int(lib.is_possible_number(number))}\n")


def changed(chance, national):
    """From the first digit, which makes another region, to the last, which makes another subscriber."""
    start = chance.randrange(len(national))
    digits = [chance.choice("0123456789") if i == start or (i > start and chance.random() < 0.3) else c
              for i, c in enumerate(national)]
    if chance.random() < 0.12:
        digits = digits[:chance.randrange(1, 12)] + [chance.choice("0123456789")]
    return "".join(digits)


def say_numbers(out, all_examples):
    for code, national in all_examples:
        say_number(out, code, national)
    chance = random.Random(4)
    for _ in range(90_000):
        code, national = chance.choice(all_examples)
        national = changed(chance, national)
        if len(str(code)) + len(national) <= 15:
            say_number(out, code, national)
    codes = sorted(REGIONS_OF)
    for _ in range(30_000):
        code = 1 if chance.random() < 0.25 else chance.choice(codes)
        say_number(out, code, "".join(chance.choice("0123456789") for _ in range(chance.randrange(1, 13))))


def say_short(out):
    for region in sorted(lib.SUPPORTED_REGIONS):
        code = lib.country_code_for_region(region)
        for digits in range(2, 6):
            # All of two and three digits; a part of the longer ones.
            for value in range(10 ** (digits - 1), 10 ** digits, (1, 1, 29, 401)[digits - 2]):
                text = str(value)
                number = number_of(code, text)
                known = PhoneMetadata.short_metadata_for_region(region) is not None
                emergency = known and is_emergency_number(text, region)
                valid = is_valid_short_number_for_region(number, region)
                cost = COSTS[expected_cost_for_region(number, region)]
                if emergency or valid or cost != "unknown" or chance_of(text):
                    out.write(f"short {region} {text} {int(emergency)} {int(valid)} {cost}\n")


def chance_of(text):
    """A part of what is no short number at all."""
    return int(text) % 7 == 0


def say_dialled(out, all_examples):
    chance = random.Random(6)
    regions = sorted(lib.SUPPORTED_REGIONS)
    for _ in range(30_000):
        home = chance.choice(regions)
        metadata = PhoneMetadata.metadata_for_region(home)
        if chance.random() < 0.5:
            own = [n for n in BY_CODE[metadata.country_code]]
            code, national = metadata.country_code, chance.choice(own)
        else:
            code, national = chance.choice(all_examples)
        if chance.random() < 0.4:
            national = changed(chance, national)
        international = (metadata.preferred_international_prefix or metadata.international_prefix or "").replace("~", "")
        if not international.isdigit():
            international = "+"
        text = chance.choice([f"+{code}{national}", f"{international}{code}{national}",
                              f"{metadata.national_prefix or ''}{national}", national,
                              f"+{code}{metadata.national_prefix or '0'}{national}", f"{code}{national}"])
        try:
            number = lib.parse(text, home)
            told = lib.format_number(number, lib.PhoneNumberFormat.E164) if lib.is_possible_number(number) else "-"
        except lib.NumberParseException:
            told = "-"
        out.write(f"dialled {home} {text} {told}\n")


BY_CODE = {}

if __name__ == "__main__":
    found = examples()
    for one_code, one in found:
        BY_CODE.setdefault(one_code, []).append(one)
    with open(sys.argv[1], "w", encoding="ascii") as file:
        say_numbers(file, found)
        say_short(file)
        say_dialled(file, found)
