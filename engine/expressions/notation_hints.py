"""What to type instead of notation that a formula does not have."""

from __future__ import annotations

import re
import unicodedata

COMPARE = "write where(c, a, b), which is a where c > 0 and b elsewhere"
_RIGHT = "write only what stands right of ="
_OUT = "leave it out"
_DERIVATIVE = "there are no derivatives: write out what you mean"
_SUM = "write out its terms"
_MATRIX = "there are numbers alone, no vectors: write with x and y what you mean"
_SETS = "write the formula alone"

SIGNS = re.compile(r"<=|>=|=<|=>|==|!=|:=|&&|->|\?|:|\\[A-Za-z]*|[=<>≤≥≠≈≡!]")
_SIGNS = {
    "=": _RIGHT, ":=": _RIGHT, "≡": _RIGHT, "≈": _RIGHT,
    "!": "there is no factorial: write its value, 6 for 3!", "->": _SETS,
    "&&": "write min(a, b), which is above 0 where both are", ":": f"/ divides; for a choice {COMPARE}",
}  # fmt: skip
_CHARACTERS = {
    **dict.fromkeys("[{", "write ("), **dict.fromkeys("]}", "write )"), **dict.fromkeys("\n\r", "write one line"),
    **dict.fromkeys("∑Σ∏Π", _SUM), **dict.fromkeys("∂∇∆′″'∫∮", _DERIVATIVE), **dict.fromkeys("ᵀ†⊤‖", _MATRIX),
    **dict.fromkeys("∘⊗⊙@⨯", "write *"), **dict.fromkeys("±∓", "write + or −, one formula at a time"),
    **dict.fromkeys("“”„\"«»`$#…", _OUT), **dict.fromkeys("→∈∉ℝℂℕℤ∀∃∅⟂∣", _SETS),
    "∞": "there is no infinity: write a large number, such as 1e300",
    "∛": "write x^(1/3), or sign(x)*abs(x)^(1/3) for x below 0 too", "∜": "write x^(1/4)",
    "°": "angles are in radians: write 90*pi/180 for 90°", "‰": "write /1000",
    "&": "write min(a, b), which is above 0 where both are", "~": "write -x, or where(c, a, b)",
    ";": "write one formula; a comma separates the arguments of a function",
    ".": "write a function alone, sin(x), and a number as 0.5",
}  # fmt: skip
_LOOK_ALIKE = dict(zip("хуеаоср", "xyeaocp", strict=True))  # Cyrillic, as Latin
_GENERAL = "write names in Latin letters, and + - * / ^ ( )"

# Functions and words that a formula has not got: what is meant, and whether a parameter could hardly have that name.
WORDS = {
    "inf": ("1e300", True), "infinity": ("1e300", True), "nan": ("0", True),
    "and": ("min(a, b)", True), "or": ("max(a, b)", True), "not": ("where(c, a, b)", True),
    "else": ("where(c, a, b)", True), "lg": ("log10 or log2", False), "sec": ("1/cos(x)", False),
    "csc": ("1/sin(x)", False), "cot": ("1/tan(x)", False), "sech": ("1/cosh(x)", False),
    "csch": ("1/sinh(x)", False), "coth": ("1/tanh(x)", False), "cbrt": ("sign(x)*abs(x)^(1/3)", False),
    "round": ("floor(x + 0.5)", False), "relu": ("max(0, x)", False), "heaviside": ("where(x, 1, 0)", False),
    "clip": ("min(max(x, low), high)", False), "clamp": ("min(max(x, low), high)", False),
    "square": ("x^2", False), "softplus": ("log(1 + exp(x))", False), "frac": ("(a)/(b)", False),
    "erf": ("tanh(1.2*x), which comes near it", False), "factorial": ("its value, 6 for 3!", False),
    "norm": ("hypot(x, y)", False),
    "sum": ("its terms with + between them", False), "prod": ("its factors with * between them", False),
    **{f"{a}sinh": ("log(x + sqrt(x^2 + 1))", False) for a in ("a", "ar", "arc")},
    **{f"{a}cosh": ("log(x + sqrt(x^2 - 1))", False) for a in ("a", "ar", "arc")},
    **{f"{a}tanh": ("log((1 + x)/(1 - x))/2", False) for a in ("a", "ar", "arc")},
}  # fmt: skip


def hint(sign: str) -> str:
    """What to type instead of a character or sign that a formula has not got."""
    if sign in _CHARACTERS or sign in _SIGNS:
        return _CHARACTERS.get(sign) or _SIGNS[sign]
    if sign[0] == "\\":
        return "write it without LaTeX: (a)/(b), sqrt(x), x^2, sin(x)"
    if SIGNS.fullmatch(sign):
        return COMPARE
    if (latin := _LOOK_ALIKE.get(sign.lower())) is not None:
        return f"this is a Cyrillic letter: write {latin if sign.islower() else latin.upper()}"
    plain = unicodedata.normalize("NFKD", sign).replace("⁄", "/")
    if re.fullmatch(r"[0-9]+/[0-9]+", plain):
        return f"write ({plain})"
    name = unicodedata.name(sign, "")
    if name.startswith("GREEK") and sign.isalpha():
        return f"write it out: {name.split()[3].capitalize() if 'CAPITAL' in name else name.split()[-1].lower()}"
    written = plain if len(plain) == 1 else plain[:1] if sign.isalpha() else ""  # an accent is left out
    return f"write {written}" if written.isascii() and written.isprintable() and written.strip() else _GENERAL
