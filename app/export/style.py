"""Figure settings and Matplotlib style: sizes in mm, fonts, and lines distinguishable without colour."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import Hyper, SettingError

Pattern = tuple[float, ...]

MM = 25.4  # per inch
POINTS = 72.0  # per inch
FONTS = Path(__file__).resolve().parent.parent.parent / "assets" / "fonts"

KNOBS = {
    knob.name: knob
    for knob in (
        Hyper("width", "", 89.0, 20.0, 1000.0, unit="mm"),
        Hyper("height", "", 62.0, 20.0, 1000.0, unit="mm"),
        Hyper("font_size", "", 8.0, 4.0, 48.0, unit="pt"),
        Hyper("line_width", "", 1.1, 0.1, 10.0, unit="pt"),
        Hyper("dpi", "", 300, 50, 1200, kind="integer", help="resolution of a PNG, in dots per inch"),
    )
}
LEGENDS = ("auto", "inside", "below", "right", "none")
# Width, height, font size, line width. 89, 120 and 183 mm are the column widths of most journals.
SIZES: dict[str, tuple[float, float, float, float]] = {
    "single column": (89.0, 62.0, 8.0, 1.1),
    "1.5 columns": (120.0, 80.0, 8.0, 1.2),
    "double column": (183.0, 100.0, 9.0, 1.3),
    "slide": (254.0, 142.875, 16.0, 2.2),
    "square": (120.0, 120.0, 9.0, 1.2),
}
MAX_PIXELS = 100_000_000

# In multiples of the line width. Eight markers and five patterns distinguish 40 runs without colour.
DASHES: tuple[Pattern, ...] = ((), (5.0, 1.6), (1.2, 1.4), (7.0, 1.6, 1.2, 1.6), (3.0, 1.4, 1.2, 1.4, 1.2, 1.4))
MARKERS = "osD^vPX*"

SERIF = ("STIXGeneral", "DejaVu Serif")
SANS = ("DejaVu Sans",)


@dataclass(frozen=True, slots=True)
class FigureSettings:
    """How a figure is drawn: lengths in mm, text and lines in pt. Raises SettingError for invalid values.

    font: `sans` (the app's own), `serif`, or an installed family. legend: one of LEGENDS; `auto` is inside where it
    covers nothing, else below.
    """

    width: float = 89.0
    height: float = 62.0
    font: str = "sans"
    font_size: float = 8.0
    line_width: float = 1.1
    dpi: int = 300
    grid: bool = True
    legend: str = "auto"
    title: bool = False
    transparent: bool = False
    dashes: bool = True
    markers: bool = True

    def __post_init__(self) -> None:
        for name, knob in KNOBS.items():
            object.__setattr__(self, name, knob.check(getattr(self, name)))
        if self.legend not in LEGENDS:
            raise SettingError(f"legend must be one of {', '.join(LEGENDS)}, got {str(self.legend)[:40]!r}")
        if not isinstance(self.font, str) or not 0 < len(self.font) <= 80:
            raise SettingError(f"font must be sans, serif or the name of a family, got {str(self.font)[:40]!r}")
        for name in ("grid", "title", "transparent", "dashes", "markers"):
            if not isinstance(getattr(self, name), bool):
                raise SettingError(f"{name} must be true or false, got {str(getattr(self, name))[:40]!r}")

    @classmethod
    def of_size(cls, size: str, **changes: Any) -> FigureSettings:
        """Settings for one of SIZES. Raises SettingError."""
        if size not in SIZES:
            raise SettingError(f"size must be one of {', '.join(SIZES)}, got {size[:40]!r}")
        names = ("width", "height", "font_size", "line_width")
        return cls(**{**dict(zip(names, SIZES[size], strict=True)), **changes})

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the PNG. Raises SettingError if there are too many pixels."""
        width, height = round(self.width / MM * self.dpi), round(self.height / MM * self.dpi)
        if width * height > MAX_PIXELS:
            raise SettingError(f"a PNG has at most {MAX_PIXELS / 1e6:g} million pixels, got {width} × {height}")
        return width, height

    def dash(self, place: int) -> Pattern:
        """The dash pattern of the run at an index, in line widths; empty is solid."""
        return DASHES[place % len(DASHES)] if self.dashes else ()

    def marker(self, place: int) -> str:
        return MARKERS[place % len(MARKERS)] if self.markers else ""


def parameters(settings: FigureSettings) -> dict[str, Any]:
    """Matplotlib's rcParams for these settings. Raises SettingError for a font that is not installed."""
    size, thin = settings.font_size, max(0.4, 0.07 * settings.font_size)
    families = _families(settings.font)
    return {
        "font.family": list(families),
        "font.size": size,
        "axes.labelsize": size,
        "axes.titlesize": size,
        "xtick.labelsize": 0.9 * size,
        "ytick.labelsize": 0.9 * size,
        "legend.fontsize": 0.9 * size,
        "axes.linewidth": thin,
        "axes.labelpad": 0.35 * size,
        "axes.unicode_minus": True,
        "axes.formatter.use_mathtext": True,
        "axes.formatter.limits": (-3, 4),
        "mathtext.fontset": "stix" if settings.font == "serif" else "dejavusans",
        "grid.color": "#dcdfe4",
        "grid.linewidth": 0.8 * thin,
        **{f"{axis}.major.{name}": value for axis in ("xtick", "ytick") for name, value in
           (("width", thin), ("size", 0.38 * size), ("pad", 0.35 * size))},
        **{f"{axis}.minor.{name}": value for axis in ("xtick", "ytick") for name, value in
           (("width", 0.7 * thin), ("size", 0.2 * size))},
        "legend.frameon": True,
        "legend.framealpha": 0.85,
        "legend.edgecolor": "none",
        "legend.borderpad": 0.4,
        "legend.handlelength": 3.2,
        "legend.labelspacing": 0.35,
        "legend.columnspacing": 1.4,
        "lines.solid_capstyle": "round",
        "lines.solid_joinstyle": "round",
        "lines.dash_capstyle": "butt",
        "lines.scale_dashes": True,
        "image.composite_image": False,
        # Type 42 is editable, and many journals refuse type 3; but Matplotlib wrongly embeds fonts with cubic
        # outlines as type 42, which Acrobat rejects.
        "pdf.fonttype": 3 if _cubic(families[0]) else 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "fall-line",
        "path.simplify": True,
        "path.simplify_threshold": 0.1,
        "agg.path.chunksize": 20_000,
    }  # fmt: skip


def _families(font: str) -> tuple[str, ...]:
    from matplotlib.font_manager import FontProperties, findfont

    if font == "serif":
        return SERIF
    if font == "sans":
        return (*_bundled(), *SANS)
    try:
        findfont(FontProperties(family=font), fallback_to_default=False)
    except ValueError:
        raise SettingError(f"font {font!r} is not installed; sans and serif always are") from None
    return (font, *SANS)


def _bundled() -> tuple[str, ...]:
    """The families in assets/fonts, registered with Matplotlib."""
    from matplotlib.font_manager import fontManager
    from matplotlib.ft2font import FT2Font

    families: list[str] = []
    known = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(FONTS.glob("*-Regular.ttf")):
        if str(path) not in known:
            fontManager.addfont(str(path))
        families.append(FT2Font(str(path)).family_name)
    return tuple(families)


def _cubic(family: str) -> bool:
    """Whether a font has PostScript (CFF) outlines, not TrueType ones."""
    from matplotlib.font_manager import FontProperties, findfont

    with open(findfont(FontProperties(family=family)), "rb") as file:
        return file.read(4) == b"OTTO"
