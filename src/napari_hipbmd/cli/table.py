"""The table of measured films, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..core.anatomy import SITES, Site
from ..core.measurement import Measurement

HEADER = (
    f" {'side':<4} {'site':<15} {'aBMD':>6} {'90 % interval':>15}"
    f" {'T':>5} {'truth':>6} {'error':>7} {'s':>5}  flags"
)
LEGEND = "aBMD, interval, truth and error in g/cm²; T: T-score; s: seconds."
Truths = Mapping[str, Mapping[Site, float]]


def text_table(results: Iterable[Measurement], truths: Truths | None = None) -> str:
    """One line a hip and site group; the truth and the error for digital hips.

    Names are not cut: those of a folder may differ at their ends only.
    """
    results, truths = list(results), truths or {}
    width = max([len("film"), *(len(m.image) for m in results)])
    lines = [f"{'film':<{width}}{HEADER}", "─" * (width + 86)]
    for m in results:
        lines += _lines(m, truths.get(m.case_id, {}), width)
    return "\n".join([*lines, LEGEND])


def _lines(m: Measurement, truth: Mapping[Site, float], width: int) -> list[str]:
    name = f"{m.image:<{width}}"
    codes = ", ".join(dict.fromkeys(flag.code for flag in m.flags))
    seconds = f"{m.seconds['total']:5.1f}" if m.seconds else " " * 5
    if m.bmd_g_cm2 is None:
        return [f"{name} {m.side or '?':<4} {m.status}: {m.reason}  {codes}".rstrip()]
    out = []
    for i, site in enumerate(SITES):
        first = i == 0
        start = (
            f"{name if first else ' ' * width} {(m.side or '?') if first else '':<4}"
            f" {site:<15}"
        )
        if site in m.withheld:
            why = ", ".join(flag.code for flag in m.withheld[site])
            out.append(f"{start} withheld: {why}")
            continue
        if site in m.not_fitted:
            out.append(f"{start} not fitted")
            continue
        e = m.bmd_g_cm2[site]
        t = (m.t_score or {}).get(site)
        true = truth.get(site)
        out.append(
            f"{start} {e.value:6.3f} {f'{e.low:.3f} – {e.high:.3f}':>15}"
            f" {'' if t is None else f'{t:5.1f}':>5}"
            f" {'' if true is None else f'{true:6.3f}':>6}"
            f" {'' if true is None else f'{e.value - true:+7.3f}':>7}"
            f" {seconds if first else '':>5}  {codes if first else ''}".rstrip()
        )
    return out
