"""How fast the explorer is, as ratios against floors measured in the same run."""

import os

# The floors run onnxruntime without our package, and shall send nothing either.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
