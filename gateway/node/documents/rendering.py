"""A PDF from the fields of a message by a template. The same fields and template give the same bytes, whatever the
clock says, so that a digest can be compared with that of a document that was made before.

PDF/A-2u (ISO 19005-2), with embedded fonts, Unicode text, language, title and an outline. It is not tagged, so it is
not PDF/UA: the library does not tag text yet.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from fpdf import FPDF, ViewerPreferences, XPos, YPos
from fpdf.enums import DocumentCompliance
from fpdf.fonts import TTFFont
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from gateway.domain.clock import parse_time
from gateway.domain.errors import Cause, InvalidInput
from gateway.node.documents.template import ITEM, Block, DocumentTemplate
from gateway.protocol.canonical import canonical

FONTS: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "dejavu"
TEXT_PT: Final = 10.5
HEADING_PT: Final = 12
TITLE_PT: Final = 16
LINE_MM: Final = 5.4
MARGIN_MM: Final = 22
CREATOR: Final = "Schakel"
SIMULATED: Final = "SIMULATIE"
PRODUCER: Final = "fpdf2"
REGISTERED: Final = "vastgelegd_op"
"""The date of the document: when the message was registered, not when the PDF was made."""


def render(template: DocumentTemplate, content: Mapping[str, Any], *, simulation: bool = False) -> bytes:
    """The PDF; one of a simulation says so on top of every page and in its title. Raises InvalidInput with every field
    that the template needs and the content does not have, or contradicts."""
    untrue = [_untrue(name) for name in template.claims if content.get(name) is not True]
    if untrue:
        raise InvalidInput(code="document-onwaar", causes=tuple(untrue))
    lines = list(lines_of(template, content))
    pdf = _Page(template, content, simulation=simulation)
    try:
        pdf.require_glyphs([template.title, *(text for _, text in lines)])
        _fill(pdf, template.title, lines)
        return bytes(pdf.output())
    finally:
        pdf.close_fonts()


def _fill(pdf: FPDF, title: str, lines: Iterable[tuple[bool, str]]) -> None:
    pdf.set_font(FAMILY, "B", TITLE_PT)
    pdf.start_section(title)
    _write(pdf, title, TITLE_PT * 0.5)
    for is_heading, text in lines:
        pdf.set_font(FAMILY, "B" if is_heading else "", HEADING_PT if is_heading else TEXT_PT)
        pdf.ln(3 if is_heading else 1)
        if is_heading:
            pdf.start_section(text, level=1)
        _write(pdf, text, LINE_MM)


class _Page(FPDF):
    """A4 with page numbers; its identity follows from what it says."""

    def __init__(self, template: DocumentTemplate, content: Mapping[str, Any], *, simulation: bool) -> None:
        super().__init__(format="A4", enforce_compliance=DocumentCompliance.PDFA_2U)
        title = f"{SIMULATED}: {template.title}" if simulation else template.title
        self._simulation = simulation
        self._identity = hashlib.sha256(canonical({"titel": title, "inhoud": dict(content)})).hexdigest()[:32]
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font(FAMILY, style, FONTS / name)
        self.set_title(title)
        self.set_lang("nl-NL")
        self.set_creator(CREATOR)
        self.set_producer(PRODUCER)
        self.set_creation_date(parse_time(content[REGISTERED]))
        self.set_xmp_metadata(_xmp(title, content[REGISTERED], PRODUCER))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)
        self.add_page()

    def header(self) -> None:
        if self._simulation:
            self.set_font(FAMILY, "B", TITLE_PT)
            self.cell(
                0, 10, f"{SIMULATED}: geen besluit", align="C", border=1, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
            self.ln(4)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(FAMILY, "", 8)
        self.cell(0, 8, f"Bladzijde {self.page_no()}", align="R")

    def require_glyphs(self, texts: Iterable[str]) -> None:
        """A letter that the font lacks would be an empty box in a decision. Raises InvalidInput that names each."""
        known = {"\n"}.union(*({chr(code) for code in font.cmap} for font in self._own_fonts()))
        lacking = sorted({letter for text in texts for letter in text} - known)
        if lacking:
            names = ", ".join(f"U+{ord(letter):04X}" for letter in lacking)
            cause = Cause(
                pointer="/inhoud",
                code="teken-niet-af-te-drukken",
                detail_nl=f"Deze tekens kan het lettertype niet afdrukken: {names}.",
                detail_en=f"The font cannot print these characters: {names}.",
            )
            raise InvalidInput(code="document-onleesbaar", causes=(cause,))

    def close_fonts(self) -> None:
        """The library leaves their files open."""
        for font in self._own_fonts():
            font.ttfont.close()

    def _own_fonts(self) -> list[TTFFont]:
        return [font for font in self.fonts.values() if isinstance(font, TTFFont)]

    def file_id(self) -> str:
        return f"<{self._identity}><{self._identity}>"


def _xmp(title: str, registered: str, producer: str) -> str:
    """What PDF/A asks for (ISO 19005-2, 6.6). The library's own would say when the file was made."""
    when = parse_time(registered).isoformat(timespec="seconds")
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
      xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
    <rdf:Description rdf:about="" xmp:CreatorTool="{CREATOR}" xmp:CreateDate="{when}" xmp:ModifyDate="{when}"
        xmp:MetadataDate="{when}" pdf:Producer={quoteattr(producer)}>
      <pdfaid:part>2</pdfaid:part>
      <pdfaid:conformance>U</pdfaid:conformance>
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>"""


def _write(pdf: FPDF, text: str, height: float) -> None:
    pdf.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def lines_of(template: DocumentTemplate, content: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    """What stands in the document, in order, and whether it is a heading. Raises InvalidInput as `render`, for what is
    missing."""
    missing, found = set(), []
    for block in template.blocks:
        if block.when is not None and block.when not in content:
            continue
        try:
            found += [(block.is_heading, text) for text in _texts(block, content)]
        except UndefinedError as error:
            missing.add(str(error.message))
        except SecurityError as error:
            raise InvalidInput(code="sjabloon") from error
    if missing:
        raise InvalidInput(code="document-onvolledig", causes=tuple(map(_missing, sorted(missing))))
    yield from found


def _texts(block: Block, content: Mapping[str, Any]) -> Iterator[str]:
    if block.items is None:
        yield block.text.render(content)
        return
    for item in content.get(block.items, ()):
        yield "•  " + block.text.render({**content, ITEM: item})


def _untrue(name: str) -> Cause:
    return Cause(
        pointer=f"/inhoud/{name}",
        code="spreekt-document-tegen",
        detail_nl=f"Het document zegt dit wel; vul bij {name} ja in, of gebruik een ander document.",
        detail_en=f"The document says so; answer {name} with yes, or use another document.",
    )


def _missing(message: str) -> Cause:
    """Names the field, which Jinja quotes in its message; never a value."""
    name = message.split("'")[-2] if message.count("'") >= 2 else "?"
    return Cause(
        pointer=f"/inhoud/{name}",
        code="verplicht-voor-document",
        detail_nl=f"Het sjabloon van dit document vraagt {name}.",
        detail_en=f"The template of this document needs {name}.",
    )
