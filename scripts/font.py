"""Make the font of the page out of Vazirmatn: `python scripts/font.py` writes it, with its licence beside it.

Needs npm, which fetches the package, and the network. Vazirmatn (Saber Rastikerdar and the Vazirmatn Project
Authors; SIL Open Font Licence 1.1, no reserved name) covers Arabic script and Latin in one file whose weight
varies. Of that stay the letters, digits and punctuation that the page shows, in the weights 400 to 700. The
same versions give the same bytes.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

PACKAGE = "vazirmatn@33.0.3"
SHA256 = "9506e9e6a27e62b353c04a136c27de0cc3aa9e434658b45a6363f7c98c357090"
"""Of the package."""

STATIC = Path(__file__).parent.parent / "search_api" / "web" / "static"
FONT = STATIC / "vazirmatn.woff2"
LICENCE = STATIC / "vazirmatn-OFL.txt"

LIGHTEST, BOLDEST = 400, 700
RANGES = (
    (0x0020, 0x007E),  # Latin
    (0x00A0, 0x017F),
    (0x0600, 0x06FF),  # Arabic
    (0x200B, 0x200F),  # half-space, joiner and marks of direction
    (0x2010, 0x203A),  # punctuation
    (0x20AC, 0x20AC),
    (0xFD3E, 0xFD3F),  # brackets of the Quran
    (0xFDF2, 0xFDF2),
    (0xFDFC, 0xFDFC),
)
_FONT_IN_PACKAGE = "package/fonts/variable/Vazirmatn[wght].ttf"
_LICENCE_IN_PACKAGE = "package/OFL.txt"
_COPYRIGHT, _VERSION, _TERMS, _TERMS_AT = 0, 5, 13, 14
_NAMES = (_COPYRIGHT, 1, 2, 3, 4, _VERSION, 6, _TERMS, _TERMS_AT)


def main() -> None:
    """Write the font and its licence."""
    with tarfile.open(fileobj=io.BytesIO(packed()), mode="r:gz") as package:
        STATIC.mkdir(parents=True, exist_ok=True)
        LICENCE.write_bytes(_member(package, _LICENCE_IN_PACKAGE))
        FONT.write_bytes(made(_member(package, _FONT_IN_PACKAGE)))


def packed() -> bytes:
    """The package as npm gives it; ends the program where that is another one."""
    with TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        [file] = Path(folder).glob("*.tgz")
        data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        sys.exit(f"{PACKAGE} has the digest {digest}, not {SHA256}: see what has changed, then write it here")
    return data


def made(font: bytes) -> bytes:
    """The font of the page, WOFF2, out of the whole one."""
    opened = TTFont(io.BytesIO(font), recalcTimestamp=False)
    weights = instantiateVariableFont(opened, {"wght": (LIGHTEST, BOLDEST)})
    whole = TTFont(io.BytesIO(_saved(weights)), recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=["*"], name_IDs=list(_NAMES), hinting=False))
    subsetter.populate(unicodes=characters())
    subsetter.subset(whole)
    whole.flavor = "woff2"
    return _saved(whole)


def characters() -> Iterator[int]:
    """The code points that the page may show."""
    for first, last in RANGES:
        yield from range(first, last + 1)


def _saved(font: TTFont) -> bytes:
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def _member(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(name)
    if file is None:
        sys.exit(f"{PACKAGE} holds no {name}")
    return file.read()


if __name__ == "__main__":
    main()
