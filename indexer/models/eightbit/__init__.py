"""The fast encoder for CPUs: a sentence-transformers model as a graph of 8-bit matrices on OpenVINO.

architecture   model folder → what the graph needs to know, and the weights
engine         OpenVINO, kept from reporting
pieces         a Unigram tokenizer in a mapped file
tokens         texts → token ids, by pieces or by the library
graph          weights → OpenVINO graph: float or 8-bit
convert        model folder → folder of graphs and embeddings, made once
running        graphs on the CPU: texts in a batch, or packed into one row
runtime        that folder → encoder
"""
