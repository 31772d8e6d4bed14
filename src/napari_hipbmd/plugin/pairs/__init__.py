"""The dock *Make pairs*: films are marked, one pair is looked at, many are written.

======================  =========================================================
:mod:`.dock`            the widget that napari opens
:mod:`.films`           the films of a folder, and what is known of each
:mod:`.film_list`       their list, the most even soft tissue first
:mod:`.marks_editor`    the film that is open: its marks as layers, kept as edited
:mod:`.mark_layers`     STO boxes and hip mask as napari's layers
:mod:`.marking_panel`   the buttons to draw with; patient and type
:mod:`.pair_form`       operator, ranges, seed, how many and where to
:mod:`.preview`         one pair as layers
======================  =========================================================
"""
