"""The only room that ever sees a pixel: frames in, tracks out, no picture of a passer-by kept."""
