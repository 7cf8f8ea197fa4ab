"""Words with times: subtitle tracks and files, transcribed speech, text in the picture."""
