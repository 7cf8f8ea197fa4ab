"""What a timeline shows: recordings on an axis of time, and what is known along it. No Streamlit in here."""
