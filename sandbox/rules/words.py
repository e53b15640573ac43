"""Words that carry no data: English function words in a stop list, and the usual names of keyword arguments."""

FUNCTION_WORDS = frozenset(
    """
    a about above across after again against all along already also although always am among an and another any anyone
    anything are around as at away be because become been before behind being below between beyond both but by can
    cannot could did do does doing done down during each either else enough even ever every everyone everything few for
    from further get give given go had has have having he her here hers herself him himself his how however i if in
    indeed instead into is it its itself just least less made make many may me might mine more most much must my myself
    neither never no nobody none nor not nothing now nowhere of off often on once one only onto or other others our ours
    ourselves out over own per perhaps please rather same say see seem several shall she should since so some someone
    something still such take than that the their theirs them themselves then there therefore these they this those
    through thus to together too toward towards two under until up upon us use used using very via was we well were what
    whatever when where whether which while who whoever whole whom whose why will with within without would yet you your
    yours yourself yourselves
    """.split()  # noqa: SIM905
)

KEYWORDS = frozenset(
    """
    adapter assume_unique axes axis axis1 axis2 b base beta casting copy count ddof default default_factory deg device
    dim dtype end endpoint equal_nan flags frozen full full_matrices hermitian high i indexing initial invert key k k1
    keepdims kind left low max_tokens maxlen maxsize method minlength mode n norm num number_format offset optimize ord
    order out overwrite_input ownership prepend append range rcond reps retstep return_counts return_index
    return_inverse reverse role rowvar sep shape side sorted start step stop strict subok then tol total trim_mode
    unbiased unique upper weights where window_shape writeable
    """.split()  # noqa: SIM905
)
"""Keywords of numpy, the standard library, `primitives` and `embed_fn`."""
