"""What the agent may do, one tool a file; all of it reads, nothing changes the library."""
