"""From a question to a checked answer: time, retrieval, looking again, citations."""
