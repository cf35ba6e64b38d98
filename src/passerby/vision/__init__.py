"""The only room that ever sees a pixel: frames in, tracks out, no picture of a passer-by kept."""

import os

# ONNX Runtime reports to its maker unless told not to before it is first imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
