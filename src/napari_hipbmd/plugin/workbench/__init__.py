"""The dock *Landmark workbench*: the films of a study, one after the other.

===================  ============================================================
:mod:`.dock`         the widget that napari opens
:mod:`.work`         the open study and case, and the signals that panels follow
:mod:`.editor`       what an annotator does to one case; knows no window
:mod:`.case_view`    the case as layers, drawn anew after every change
:mod:`.loader`       films and predictions, read ahead in a thread
===================  ============================================================
"""
