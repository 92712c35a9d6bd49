"""An OpenSearch description (OpenSearch 1.1, draft 6), by which browsers offer to search here."""

from xml.etree import ElementTree

from search_api.web.addresses import Address
from search_api.web.preferences import Preferences

PATH = "/opensearch.xml"
MEDIA_TYPE = "application/opensearchdescription+xml"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"


def description(scheme: str, host: str, start: Address, preferences: Preferences) -> bytes:
    """The description of a server as its browser knows it: by a scheme and a host."""
    root = ElementTree.Element("OpenSearchDescription", {"xmlns": _NAMESPACE})
    ElementTree.SubElement(root, "ShortName").text = "Hudhud"
    ElementTree.SubElement(root, "Description").text = preferences.wording("tagline")
    ElementTree.SubElement(root, "InputEncoding").text = "UTF-8"
    template = f"{scheme}://{host}{start}?q={{searchTerms}}"
    ElementTree.SubElement(root, "Url", {"type": "text/html", "template": template})
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
