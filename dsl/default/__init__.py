"""The default language pack: general-purpose values and the functions every program needs."""
