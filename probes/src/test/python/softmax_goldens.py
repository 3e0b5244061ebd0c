"""Golden values for ai.auditor.probes.internal.Softmax from scikit-learn's multinomial logistic regression (C = 1 / penalty).

    pip install scikit-learn
    python softmax_goldens.py > ../resources/ai/auditor/probes/internal/softmax.json
"""

import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression

generator = np.random.default_rng(20261129)


def case(classes, rows, features, penalty, apart):
    labels = generator.integers(0, classes, rows)
    means = generator.normal(0, apart, (classes, features))
    data = (means[labels] + generator.normal(0, 1, (rows, features)) * generator.uniform(0.3, 3, features)).round(3)
    fitted = LogisticRegression(C=1 / penalty, solver="lbfgs", tol=1e-10, max_iter=10_000).fit(data, labels)
    return {
        "classes": classes,
        "penalty": penalty,
        "features": data.tolist(),
        "labels": labels.tolist(),
        "probabilities": fitted.predict_proba(data).round(9).tolist(),
    }


json.dump(
    [case(3, 60, 4, 1, 0.7), case(5, 120, 6, 10, 0.5), case(4, 80, 3, 1000, 1.0), case(3, 40, 50, 100, 0.2)],
    sys.stdout,
    separators=(",", ":"),
)
sys.stdout.write("\n")
