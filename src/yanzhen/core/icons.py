"""The strokes of every icon: 20 × 20, drawn with the pen, coloured by the text around them."""

from typing import Final

ICONS: Final[dict[str, str]] = {
    # parts of the product
    "inbox": '<path d="M3 12l3-8h8l3 8v4H3z"/><path d="M3 12h4l1 2h4l1-2h4"/>',
    "case": '<path d="M5 3h7l3 3v11H5z"/><path d="M10 8v4M10 14.4v.1"/>',
    "inspect": '<path d="M4 16c3 0 2-5 5-5s2-6 6-6"/><circle cx="4" cy="16" r="1.4"/>'
    '<circle cx="15.6" cy="5" r="1.4"/>',
    "site": '<path d="M10 17.5s5.5-5 5.5-9a5.5 5.5 0 0 0-11 0c0 4 5.5 9 5.5 9z"/>'
    '<circle cx="10" cy="8.5" r="1.8"/>',
    "tree": '<path d="M4 3h5v4H4zM11 8.5h5V12h-5zM11 14h5v3.5h-5zM6.5 7v8.7H11M6.5 10.2H11"/>',
    "chart": '<path d="M4 17V9M8 17V5M12 17v-6M16 17V3"/>',
    "heart": '<path d="M10 16.5S3.5 12.7 3.5 8.2A3.3 3.3 0 0 1 10 7a3.3 3.3 0 0 1 6.5 1.2'
    'c0 4.5-6.5 8.3-6.5 8.3z"/>',
    "doc": '<path d="M5 2.5h7l3 3v12H5z"/><path d="M7.5 9h5M7.5 12h5M7.5 15h3"/>',
    "map": '<path d="M3 5l5-2 4 2 5-2v12l-5 2-4-2-5 2zM8 3v12M12 5v12"/>',
    "gear": '<circle cx="10" cy="10" r="2.6"/><path d="M10 2.5v2.4M10 15.1v2.4M2.5 10h2.4'
    'M15.1 10h2.4M4.7 4.7l1.7 1.7M13.6 13.6l1.7 1.7M4.7 15.3l1.7-1.7M13.6 6.4l1.7-1.7"/>',
    "user": '<circle cx="10" cy="6.8" r="3.3"/><path d="M3.5 17.5c0-3.7 2.9-5.7 6.5-5.7'
    's6.5 2 6.5 5.7"/>',
    "users": '<circle cx="7.6" cy="7" r="2.9"/><path d="M2 16.8c0-3.2 2.5-5 5.6-5s5.6 1.8 5.6 5"/>'
    '<path d="M13 4.4a2.9 2.9 0 0 1 0 5.3M15 12.2c1.9.6 3 2.1 3 4.6"/>',
    "building": '<path d="M4 17.5V3h8v14.5M12 8h4v9.5M2.5 17.5h15"/>'
    '<path d="M6.7 6.5h2.6M6.7 9.7h2.6M6.7 12.9h2.6"/>',
    "layers": '<path d="M10 3l7 3.7-7 3.7-7-3.7zM3.6 10.2L10 13.6l6.4-3.4M3.6 13.7L10 17l6.4-3.3"/>',
    "route": '<path d="M10 2.5l5.5 15-5.5-3.3-5.5 3.3z"/>',
    "slip": '<path d="M4 3h9l3 3v11H4zM7 8v5M9.7 8v5"/>',
    "calendar": '<path d="M3.5 4.5h13v12h-13zM3.5 8.5h13M7 2.8v3.4M13 2.8v3.4"/>',
    # moves
    "check": '<path d="M4 10.5l4 4 8-9"/>',
    "cross": '<path d="M5 5l10 10M15 5L5 15"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "minus": '<path d="M4 10h12"/>',
    "back": '<path d="M8 5L4 9l4 4M4 9h8a4 4 0 0 1 0 8h-2"/>',
    "refresh": '<path d="M4.2 12.2A6.2 6.2 0 1 0 5 6.3M4 3.2v3.7h3.7"/>',
    "send": '<path d="M17 3L3 9l5 2.5 2.5 6z"/><path d="M17 3l-9 8.5"/>',
    "camera": '<path d="M3 6.5h3l1.5-2h5l1.5 2h3V16H3z"/><circle cx="10" cy="11" r="2.8"/>',
    "edit": '<path d="M4 16l.8-3.4L13.4 4l2.6 2.6-8.6 8.6zM11.7 5.7l2.6 2.6"/>',
    "archive": '<path d="M3 4h14v3.5H3zM4.5 7.5v9h11v-9M8 10.7h4"/>',
    "merge": '<path d="M5 3v3.5c0 3 5 3.5 5 6.5v4.5M15 3v3.5c0 3-5 3.5-5 6.5M7.3 15l2.7 2.7 2.7-2.7"/>',
    "pause": '<path d="M7 5v10M13 5v10"/>',
    "play": '<path d="M7 4.5l8.5 5.5L7 15.5z"/>',
    "download": '<path d="M10 3v9M6.5 8.5L10 12l3.5-3.5M4 16.5h12"/>',
    "upload": '<path d="M10 12.5v-9M6.5 7L10 3.5 13.5 7M4 16.5h12"/>',
    "print": '<path d="M6 8V3h8v5M6 14H3.5V8h13v6H14M6 12h8v5H6z"/>',
    "link": '<path d="M8.5 11.5l3-3M7 9L5 11a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7"/>',
    "copy": '<path d="M7 7h9.5v10H7z"/><path d="M13 7V3H3.5v10H7"/>',
    "lock": '<path d="M4.5 9h11v8h-11zM7 9V6a3 3 0 0 1 6 0v3"/>',
    "unlock": '<path d="M4.5 9h11v8h-11zM7 9V6a3 3 0 0 1 5.6-1.5"/>',
    "logout": '<path d="M12 4H4v12h8M8.5 10H17M14 7l3 3-3 3"/>',
    # looking about
    "search": '<circle cx="9" cy="9" r="5"/><path d="M13 13l4 4"/>',
    "bell": '<path d="M5 14V9a5 5 0 0 1 10 0v5l1.2 1H3.8zM8.5 17.3h3"/>',
    "filter": '<path d="M3 5h14M5.5 10h9M8 15h4"/>',
    "sort": '<path d="M6 4v12M3.5 13.5L6 16l2.5-2.5M11 5h6M11 9h4.5M11 13h3"/>',
    "star": '<path d="M10 3l2.2 4.6 5 .7-3.6 3.5.8 5-4.4-2.4-4.4 2.4.8-5-3.6-3.5 5-.7z"/>',
    "columns": '<path d="M3 4h14v12H3zM8 4v12M12.5 4v12"/>',
    "list": '<path d="M7.5 5H17M7.5 10H17M7.5 15H17M3.5 5h.1M3.5 10h.1M3.5 15h.1"/>',
    "menu": '<path d="M3.5 5.5h13M3.5 10h13M3.5 14.5h13"/>',
    "more": '<path d="M4.5 10h.1M10 10h.1M15.5 10h.1"/>',
    "up": '<path d="M5 12l5-5 5 5"/>',
    "down": '<path d="M5 8l5 5 5-5"/>',
    "left": '<path d="M12 5l-5 5 5 5"/>',
    "right": '<path d="M8 5l5 5-5 5"/>',
    "expand": '<path d="M8 4H4v4M12 4h4v4M8 16H4v-4M12 16h4v-4"/>',
    "external": '<path d="M11.5 3.5h5v5M16.5 3.5L9 11M8 5H4v11h11v-4"/>',
    "keyboard": '<path d="M2.5 5.5h15v9h-15zM5.5 8.5h.1M8.5 8.5h.1M11.5 8.5h.1M14.5 8.5h.1M7 11.7h6"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 6v4l2.7 2"/>',
    "hourglass": '<path d="M6 3h8M6 17h8M6.5 3c0 4 7 5 7 7s-7 3-7 7M13.5 3c0 4-7 5-7 7s7 3 7 7"/>',
    "warn": '<path d="M10 3l7.5 13.5h-15zM10 8v4M10 14.3v.1"/>',
    "help": '<circle cx="10" cy="10" r="7"/><path d="M7.9 8a2.1 2.1 0 1 1 3.1 1.9c-.7.4-1 .8-1 1.6'
    'M10 13.7v.1"/>',
    "note": '<circle cx="10" cy="10" r="7"/><path d="M10 9.2v4.3M10 6.5v.1"/>',
    "talk": '<path d="M3 4h14v9.5H9L5.5 17v-3.5H3z"/>',
    "phone": '<path d="M5 2.8h2.5l1.6 4-2 1.6a9.6 9.6 0 0 0 4.5 4.5l1.6-2 4 1.6V15a2 2 0 0 1-2 2'
    'A13 13 0 0 1 3 4.8a2 2 0 0 1 2-2z"/>',
    "eye": '<path d="M2 10s3-5.3 8-5.3S18 10 18 10s-3 5.3-8 5.3S2 10 2 10z"/>'
    '<circle cx="10" cy="10" r="2.3"/>',
    "flag": '<path d="M5 17.5V3M5 3.8h9.5l-2 3.4 2 3.4H5"/>',
    "photo": '<path d="M3 4h14v12H3zM3 13.5l4-4 4 4 2.3-2.3L17 15"/><circle cx="13" cy="7.5" r="1.2"/>',
    # look
    "sun": '<circle cx="10" cy="10" r="3.2"/><path d="M10 2.7v1.8M10 15.5v1.8M2.7 10h1.8M15.5 10h1.8'
    'M4.8 4.8l1.3 1.3M13.9 13.9l1.3 1.3M4.8 15.2l1.3-1.3M13.9 6.1l1.3-1.3"/>',
    "moon": '<path d="M16 12.3A6.7 6.7 0 0 1 7.7 4a6.7 6.7 0 1 0 8.3 8.3z"/>',
    "text": '<path d="M2.5 16L7 5l4.5 11M4 12.5h6M12.5 16L15 9.5l2.5 6.5M13.4 13.8h3.3"/>',
}
