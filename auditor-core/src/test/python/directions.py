"""Goldens for ai.auditor.direction: covariances shrunk by Ledoit and Wolf, of scikit-learn, steering vectors by the safetensors library.

python auditor-core/src/test/python/directions.py    (numpy, scikit-learn, safetensors)
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.covariance import LedoitWolf

out = Path(__file__).parents[1] / "resources" / "direction"
random = np.random.default_rng(5)
cases = []
for rows, columns in ((40, 6), (7, 12), (200, 4)):
    mixing = random.standard_normal((columns, columns)) * np.linspace(0.2, 2, columns)
    x = (random.standard_normal((rows, columns)) @ mixing + random.standard_normal(columns)).astype(np.float32)
    cases.append({
        "rows": rows,
        "columns": columns,
        "values": [round(float(v), 5) for v in x.ravel()],
    })
    x = np.array(cases[-1]["values"], dtype=np.float32).astype(np.float64).reshape(rows, columns)
    cases[-1]["covariance"] = [float(v) for v in LedoitWolf().fit(x).covariance_.ravel()]
(out / "ledoit_wolf.json").write_text(json.dumps(cases))

save_file(
    {
        "trait/owl/resid_post.1": np.array([1.5, -2.0, 0.25], dtype=np.float32),
        "trait/polar bear/resid_post.1": np.array([0.0, 1e-20, 3e20], dtype=np.float32),
        "placebo/chair/resid_post.1": np.array([-0.5, 7.0, 0.125], dtype=np.float32),
    },
    out / "vectors.safetensors",
    metadata={"recipe": "question", "model": "abc"},
)
