"""The default language pack."""
