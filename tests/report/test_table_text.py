"""The JSON of many hips is that of a list, whatever is told of each."""

from __future__ import annotations

import json
from dataclasses import replace

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.report.table import json_text


def test_hips_that_are_written_one_by_one_are_a_list_as_json_writes_it() -> None:
    image, reason = "film \u2028 \\n.dcm", 'It is "no" film.'
    one = Measurement("a\nb", image, None, "refused", reason)
    for hips in ([], [one], [one, replace(one, case_id="c")]):
        text = json_text(hips)
        assert text == json.dumps(json.loads(text), indent=1) + "\n"
        assert len(json.loads(text)) == len(hips)
