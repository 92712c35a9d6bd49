"""A retriever for LlamaIndex (`pip install 'hudhud[llamaindex]'`)."""

try:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
except ImportError as error:
    raise ImportError(
        f"the retriever for LlamaIndex needs llama-index-core, which cannot be imported ({error}):"
        " pip install 'hudhud[llamaindex]', or llama-index-core==0.14.25"
    ) from error

from hudhud.retrieving import Asking, Searched, metadata_of, name_of


class HudhudRetriever(BaseRetriever):
    """Nodes for a query: a passage each, scored by its confidence, with what to cite it by as metadata."""

    def __init__(self, searched: Searched, asking: Asking = Asking()) -> None:  # noqa: B008 (it is frozen)
        """Ask nothing yet.

        Args:
            searched: `hudhud.open(…)`, or a `search_api.client.Client`.
            asking: what is asked for each query.
        """
        self._searched = searched
        self._asking = asking
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    id_=name_of(passage),
                    text=passage.text,
                    start_char_idx=passage.start,
                    end_char_idx=passage.end,
                    metadata=metadata_of(passage),
                ),
                score=passage.confidence,
            )
            for passage in self._asking.of(self._searched, query_bundle.query_str)
        ]
