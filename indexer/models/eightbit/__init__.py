"""The fast encoder for CPUs: a sentence-transformers model as a graph of 8-bit matrices on OpenVINO.

architecture   model folder → what the graph needs to know, and the weights
graph          weights, quantisation → OpenVINO graph: float or 8-bit
calibration    ordinary text → how to quantise each matrix's input
convert        model folder → folder of graphs and embeddings, made once
runtime        that folder → encoder
"""
