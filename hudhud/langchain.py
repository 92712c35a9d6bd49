"""A retriever for LangChain (`pip install 'hudhud[langchain]'`).

LangChain sends what is asked and found to LangSmith if the environment says so (`LANGSMITH_TRACING=true`),
and to nobody else.
"""

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ImportError as error:
    raise ImportError(
        f"the retriever for LangChain needs langchain-core, which cannot be imported ({error}):"
        " pip install 'hudhud[langchain]', or langchain-core==1.8.3"
    ) from error

from pydantic import ConfigDict, SkipValidation

from hudhud.retrieving import Asking, Searched, metadata_of, name_of


class HudhudRetriever(BaseRetriever):
    """Documents for a query: a passage each, with what to cite it by as metadata.

    Attributes:
        searched: `hudhud.open(…)`, or a `search_api.client.Client`.
        asking: what is asked for each query.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searched: SkipValidation[Searched]
    asking: Asking = Asking()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager
        return [
            Document(id=name_of(passage), page_content=passage.text, metadata=metadata_of(passage))
            for passage in self.asking.of(self.searched, query)
        ]
