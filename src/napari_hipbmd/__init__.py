"""Bone mineral density of the hip, estimated from an ordinary radiograph.

Start at :mod:`napari_hipbmd.pipeline`: a film goes in, a measurement that keeps every
intermediate comes out. Importing this package loads neither torch nor pydicom.
"""

__version__ = "0.1.0"
