"""Search and sort names in the database without case and accents, however those were typed."""


def folded(text: str) -> str:
    """Return the SQL of a text without case and accents.

    Letters that Unicode does not take apart are replaced by name; all others are taken apart and lose their marks.
    """
    letters = f"translate(lower({text}), 'øđł’', 'odl''')"
    letters = f"replace(replace(replace({letters}, 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss')"
    return rf"regexp_replace(normalize({letters}, NFKD), '[\u0300-\u036f]', '', 'g')"


def matches(text: str) -> str:
    """Return the SQL that is true if `q` is a part of a text, or empty."""
    return f"(%(q)s::text = '' OR position({folded('%(q)s::text')} IN {folded(text)}) > 0)"
