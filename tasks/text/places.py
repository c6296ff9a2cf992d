"""Edits of the paths of files and of the addresses of pages."""

from __future__ import annotations

from .edit import Edit

_PATH = "/{folder}/{folder}/{file}.{ext}"
_PATHS = (_PATH, "/{folder}/{file}.{ext}", "/{folder}/{folder}/{folder}/{file}.{ext}")
_PAGE = "https://www.{domain}/{folder}/{file}.html"
_PAGES = (_PAGE, "http://{domain}/{file}", "https://{domain}/{folder}/{folder}/")

EDITS = (
    Edit("file name of a path", "What follows the last slash.", _PATHS, lambda s: s.split("/")[-1]),
    Edit(
        "ending of a file",
        "What follows the last point.",
        ("{file}.{ext}", "{file}.old.{ext}", _PATH),
        lambda s: s.split(".")[-1],
    ),
    Edit(
        "folder of a path",
        "The path before the last slash.",
        _PATHS,
        lambda s: s.rpartition("/")[0],
    ),
    Edit(
        "file name without ending",
        "What is between the last slash and the last point.",
        (*_PATHS, "/{folder}/{file}.{d1}.{ext}"),
        lambda s: s.split("/")[-1].rpartition(".")[0],
    ),
    Edit(
        "innermost folder",
        "The name of the folder that the file is in.",
        _PATHS,
        lambda s: s.split("/")[-2],
    ),
    Edit(
        "slashes for backslashes",
        "A Windows path without the drive, with slashes.",
        ("C:\\{folder}\\{file}.{ext}", "D:\\{folder}\\{folder}\\{file}.{ext}"),
        lambda s: s[2:].replace("\\", "/"),
    ),
    Edit(
        "depth of a path",
        "In how many folders the file is.",
        (*_PATHS, "/{file}.{ext}"),
        lambda s: s.count("/") - 1,
        request="str -> int",
    ),
    Edit(
        "pdf beside it",
        "The ending of the file made pdf.",
        ("{file}.{ext}", "{file}_{num}.{ext}", "{file}.{d1}.{ext}"),
        lambda s: s.rpartition(".")[0] + ".pdf",
    ),
    Edit(
        "folder and file joined",
        "One slash between, whether or not the folder ends with one.",
        (("/{folder}/{folder}", "{file}.{ext}"), ("/{folder}/", "{file}.{ext}")),
        lambda a, b: a + ("" if a.endswith("/") else "/") + b,
        params="folder file",
    ),
    Edit(
        "name of a backup",
        "_old put before the ending.",
        ("{file}.{ext}", "{file}{d1}.{ext}"),
        lambda s: s.replace(".", "_old."),
    ),
    Edit(
        "hidden file",
        "Does the name of the file begin with a point?",
        (
            "/{folder}/.{file}",
            "/{folder}/{file}.{ext}",
            "/{folder}/{folder}/.{file}",
            "/.{folder}/{file}",
        ),
        lambda s: s.split("/")[-1].startswith("."),
        request="str -> bool",
    ),
    Edit(
        "is a picture",
        "Does the name end with png or jpg, in any case?",
        ("{file}.png", "{file}.JPG", "{file}.{ext}", "png{file}.{ext}", "{file}.PNG"),
        lambda s: s.lower().endswith((".png", ".jpg")),
        request="str -> bool",
    ),
    Edit(
        "host of a page",
        "What stands between // and the next slash.",
        _PAGES,
        lambda s: s.split("/")[2],
    ),
    Edit(
        "host without www",
        "The host without www. where it has it.",
        _PAGES,
        lambda s: s.split("/")[2].removeprefix("www."),
    ),
    Edit(
        "value of a query",
        "The value of id.",
        (
            "https://{domain}/{file}?id={num}",
            "https://{domain}/{file}?id={num}&lang=en",
            "https://{domain}/{file}?page={small}&id={num}",
        ),
        lambda s: s.split("id=")[1].split("&")[0],
    ),
    Edit(
        "ending of a host",
        "What follows the last point of the host.",
        ("https://www.{domain}", "http://{domain}", "https://mail.{domain}"),
        lambda s: s.split(".")[-1],
    ),
    Edit(
        "is secure",
        "Does the address begin with https?",
        ("https://{domain}", "http://{domain}/https", "http://www.{domain}"),
        lambda s: s.startswith("https:"),
        request="str -> bool",
    ),
    Edit(
        "without the slash at the end",
        "The address without a slash at its end, if it has one.",
        ("https://{domain}/{folder}/", "https://{domain}/{folder}", "http://www.{domain}/"),
        lambda s: s.removesuffix("/"),
    ),
    Edit(
        "title as part of an address",
        "Small, with hyphens for spaces.",
        ("{Words}", "{sentence}"),
        lambda s: s.lower().replace(" ", "-"),
    ),
    Edit(
        "title of a part of an address",
        "Spaces for hyphens, each word with a capital.",
        ("{word}-{word}", "{word}-{word}-{word}"),
        lambda s: s.replace("-", " ").title(),
    ),
    Edit(
        "page number",
        "The number behind the last slash.",
        ("https://{domain}/{file}/{num}", "https://{domain}/{folder}/{file}/{small}"),
        lambda s: int(s.split("/")[-1]),
        request="str -> int",
    ),
)
