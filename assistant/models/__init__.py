"""Chat models: the offline planner, and any tool-calling model of LangChain."""
