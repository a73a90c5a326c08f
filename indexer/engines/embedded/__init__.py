"""The engine inside the process: Whoosh for words, FAISS for meaning, one manifest for both."""
