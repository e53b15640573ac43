"""Measures of a ranking: values written as ir_measures writes them (`nDCG@10`, `R@100`, `AP(rel=2)@100`).

One file holds one measure: its parameters, formula and citation. `Judgments` ranks a score matrix as trec_eval does,
and every measure equals trec_eval's on that ranking. The spelling is that of MacAvaney, Macdonald and Ounis,
"Streamlining Evaluation with ir-measures", ECIR 2022.
"""

from harness.evaluation.measures.find import NDCG_AT_10, find_measure, find_measures
from harness.evaluation.measures.graded import measure_together
from harness.evaluation.measures.judgments import Judgments
from harness.evaluation.measures.measure import Measure

__all__ = ["NDCG_AT_10", "Judgments", "Measure", "find_measure", "find_measures", "measure_together"]
