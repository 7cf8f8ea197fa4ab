"""How the browser app feels: first paint, a click on a citation, ten people at once, memory over an hour."""
