"""The napari plugin: the only folder that knows napari and Qt.

Nothing is computed here. Films come from :mod:`napari_hipbmd.dicom`, results from
:mod:`napari_hipbmd.pipeline`; both are imported when they are first needed, so that
opening a menu loads neither torch nor pydicom.
"""
