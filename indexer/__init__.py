"""Article files in, a published index out.

The way, as `build.build` walks it:

corpus        files → Article            which files, their encoding, id, title and date
language      text → fa, prs, ar, …      part of reading an article
chunking      Article → passages         whole sentences (`sentences`), no repeats (`repeats`)
orthography   passage → encoder input    one spelling for each word
encoder       text → vector              the model that `model` finds, through `cache`
store, dense  rows on disk               articles and passages in SQLite, vectors in FAISS
generation    draft → live index         checksums, manifest, one atomic switch
"""
