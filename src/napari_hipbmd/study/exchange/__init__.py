"""Labels out to other programs and in again.

=============  ==================================================
format         one file
=============  ==================================================
coco           an annotator (``.json``): COCO keypoints
slicer         a case (``.mrk.json``): 3D Slicer Markups, in mm
pts            a case (``.pts``): complete shapes
csv            an annotator (``.csv``): one row a point
deeplabcut     an annotator (``.csv``): DeepLabCut's table
deeplabcut-h5  an annotator (``.h5``): the same as pandas stores it
tiff, png      a case (``.tif``, ``.png``): regions as a label image
=============  ==================================================

``docs/exchange.md`` has the table of what each holds.
"""

from .exporting import Exported, export_labels
from .formats import FORMATS, HOLDINGS, SAID, LabelFormat
from .importing import Imported, ImportPlan, import_labels
from .names import Names, read_names
from .parcel import IMPORTED
from .undoing import Undone, undo_import

__all__ = [
    "FORMATS",
    "HOLDINGS",
    "IMPORTED",
    "SAID",
    "Exported",
    "LabelFormat",
    "Imported",
    "Names",
    "ImportPlan",
    "Undone",
    "export_labels",
    "import_labels",
    "read_names",
    "undo_import",
]
