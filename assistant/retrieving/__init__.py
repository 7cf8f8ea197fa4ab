"""The steps of retrieval: fuse ranks, make moments of hits, choose among them."""
