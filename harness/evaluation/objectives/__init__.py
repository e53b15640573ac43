"""Objectives: what a search maximises over the tasks of a run. One file holds one."""

from harness.evaluation.objectives.find import OBJECTIVES, find_objective, label_of
from harness.evaluation.objectives.geometric_mean import GeometricMean
from harness.evaluation.objectives.mean import Mean
from harness.evaluation.objectives.median import Median
from harness.evaluation.objectives.objective import Objective, TaskResult
from harness.evaluation.objectives.weighted_latency import MeanMinusLatency

__all__ = [
    "OBJECTIVES",
    "GeometricMean",
    "Mean",
    "MeanMinusLatency",
    "Median",
    "Objective",
    "TaskResult",
    "find_objective",
    "label_of",
]
