"""``hipbmd enhance``."""

from __future__ import annotations

import argparse
import sys

from ..core.radiograph import FilmRefused, HipBox
from ..pipeline.models import networks_enhancing_with
from ..runs.enhancing import enhance_many
from ..runs.jobs import Options, jobs_of
from .progress import Bar

SOME_REFUSED = 3


def run_enhance(args: argparse.Namespace) -> int:
    """Enhance everything that is named; see the command's help."""
    if args.out.exists() and not args.out.is_dir():
        raise FilmRefused(f"--out needs a folder, and {args.out} is a file.")
    networks = networks_enhancing_with(args.models)
    box = None if args.box is None else HipBox(*args.box)
    options = Options(
        args.side,
        box=box,
        spacing_mm=args.spacing_mm,
        force_spacing=args.force_spacing,
    )
    jobs = [job for path in args.paths for job in jobs_of(path, options)]
    bar, refused = Bar("enhanced"), 0
    for done, one in enumerate(
        enhance_many(
            jobs, networks, args.out, latent=args.latent, stages=args.stages
        ),
        1,
    ):  # fmt: skip
        if one.reason:
            refused += 1
            print(f"hipbmd: {one.job.image}: {one.reason}", file=sys.stderr)
        bar(done, len(jobs))
    card = networks.enhancer.card
    print(
        f"{len(jobs) - refused} of {len(jobs)} enhanced by"
        f" {card.get('name', 'enhancement')}: {args.out}"
    )
    return SOME_REFUSED if refused else 0
