"""Golden values for ai.auditor.stats from numpy, scipy, scikit-learn and statsmodels.

    python stats_goldens.py > ../resources/ai/auditor/stats/goldens.json
"""

import json
import sys

import numpy as np
from scipy import stats
from sklearn.covariance import LedoitWolf
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests

generator = np.random.default_rng(20261121)


def auroc():
    cases = []
    for positives, negatives, levels in [(7, 5, 4), (40, 60, 6), (150, 130, 0), (1, 1, 1)]:
        shift = 0.4
        positive = generator.normal(shift, 1, positives)
        negative = generator.normal(0, 1, negatives)
        if levels:
            positive = np.floor(positive * levels / 2)
            negative = np.floor(negative * levels / 2)
        labels = np.r_[np.ones(positives), np.zeros(negatives)]
        value = roc_auc_score(labels, np.r_[positive, negative])
        u = stats.mannwhitneyu(positive, negative).statistic / (positives * negatives)
        assert abs(u - value) < 1e-12
        cases.append({"positive": positive.tolist(), "negative": negative.tolist(), "auroc": value})
    return cases


def benjamini_hochberg():
    cases = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.2, 0.9], generator.uniform(0, 0.3, 30).round(2).tolist()]
    return [{"p": p, "q": stats.false_discovery_control(p, method="bh").tolist()} for p in cases]


def benjamini_yekutieli():
    # Fixed values, so that no draw of another case moves.
    cases = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.2, 0.9], [0.0002, 0.0002, 0.01, 0.011, 0.04, 0.3, 1.0]]
    return [{"p": p, "q": multipletests(p, method="fdr_by")[1].tolist()} for p in cases]


def holm():
    cases = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.2, 0.9], [0.0002, 0.0002, 0.01, 0.011, 0.04, 0.3, 1.0]]
    return [{"p": p, "holm": multipletests(p, method="holm")[1].tolist()} for p in cases]


def mean_differences():
    cases = []
    for candidates, controls in [(12, 9), (50, 200)]:
        candidate = generator.normal(3.3, 2, candidates)
        control = generator.normal(3, 1, controls)
        welch = stats.ttest_ind(candidate, control, equal_var=False)
        pairs = min(candidates, controls)
        paired = stats.ttest_rel(candidate[:pairs], control[:pairs])
        cases.append({
            "candidate": candidate.tolist(),
            "control": control.tolist(),
            "welch": welch.statistic,
            "welchDegrees": float(welch.df),
            "welchGreater": stats.ttest_ind(candidate, control, equal_var=False, alternative="greater").pvalue,
            "standardError": float(np.sqrt(candidate.var(ddof=1) / candidates + control.var(ddof=1) / controls)),
            "controlDeviation": float(control.std(ddof=1)),
            "pairs": pairs,
            "paired": paired.statistic,
        })
    return cases


def ledoit_wolf():
    cases = []
    for rows, columns in [(30, 4), (6, 9)]:
        data = (generator.normal(size=(rows, columns)) @ generator.normal(size=(columns, columns)) + 5).astype(np.float32)
        fitted = LedoitWolf().fit(data.astype(np.float64))
        right = generator.normal(size=columns)
        cases.append({
            "rows": data.tolist(),
            "shrinkage": fitted.shrinkage_,
            "covariance": fitted.covariance_.tolist(),
            "right": right.tolist(),
            "solution": np.linalg.solve(fitted.covariance_, right).tolist(),
        })
    return cases


def hotelling():
    data = (generator.normal(size=(40, 3)) @ generator.normal(size=(3, 3)) + 0.3).astype(np.float32).astype(np.float64)
    mean = data.mean(0)
    t_squared = len(data) * mean @ np.linalg.solve(np.cov(data.T), mean)
    first, second = data[:15], data[15:]
    pooled = (14 * np.cov(first.T) + 24 * np.cov(second.T)) / 38
    shift = first.mean(0) - second.mean(0)
    two_samples = 15 * 25 / 40 * shift @ np.linalg.solve(pooled, shift)
    return {"rows": data.tolist(), "oneSample": float(t_squared), "firstOfTwo": 15, "twoSamples": float(two_samples)}


def quantiles():
    values = generator.normal(size=23)
    probabilities = [0, 0.025, 0.31, 0.5, 0.975, 1]
    return {
        "values": values.tolist(),
        "probabilities": probabilities,
        "quantiles": np.quantile(values, probabilities).tolist(),
        "normal": stats.norm.ppf([0.8, 0.9, 0.99]).tolist(),
        "student": stats.t.ppf([0.8, 0.9, 0.99], 4).tolist(),
    }


def hypergeometric():
    cases = [(20, 7, 12, 4), (16384, 400, 60, 9), (16384, 400, 60, 1), (1000000, 2500, 3000, 60), (50, 50, 10, 10), (30, 20, 20, 9),
             (30, 20, 20, 12), (65536, 30, 40, 6), (12, 0, 5, 0), (12, 3, 5, 4)]
    return [{"population": n, "marked": k, "drawn": d, "seen": x, "p": float(stats.hypergeom.sf(x - 1, n, k, d))} for n, k, d, x in cases]


def signs():
    cases = [(0, 0), (1, 1), (0, 5), (3, 12), (40, 60), (12, 0), (500, 401), (0, 2000)]
    return [{"one": one, "other": other, "p": float(stats.binomtest(one, one + other, 0.5).pvalue) if one + other else 1.0}
            for one, other in cases]


json.dump(
    {
        "auroc": auroc(),
        "benjaminiHochberg": benjamini_hochberg(),
        "benjaminiYekutieli": benjamini_yekutieli(),
        "holm": holm(),
        "meanDifferences": mean_differences(),
        "ledoitWolf": ledoit_wolf(),
        "hotelling": hotelling(),
        "quantiles": quantiles(),
        "hypergeometric": hypergeometric(),
        "signs": signs(),
    },
    sys.stdout,
    indent=None,
    separators=(",", ":"),
)
sys.stdout.write("\n")
