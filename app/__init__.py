"""The faces of Witness: the command line and the browser chat."""
