"""
=======================================================
Can two parties fuse what they may not show each other?
=======================================================

A clinic has pictures of its patients, a laboratory has recordings of the same ones, and neither may give
its data away. Each trains a classifier of its own and sends probabilities alone; a third party learns how
to combine them, and gets what late fusion with all data in one place would.
"""

# %%
# What is whose
# -------------
# Both parties know the patients and the label of those to learn from, and have agreed on a key. Under that
# key each replaces the identifiers by pseudonyms, so that rows can be joined by who does not know the key.
# The rows of each are in an order of its own. Digits stand in for patients here, handwriting for pictures
# and the tones of a telephone for recordings.
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from skmm import LateFusionClassifier
from skmm.audio import MFCCExtractor
from skmm.datasets import make_keypad_digits
from skmm.image import HOGExtractor
from skmm.privacy import anonymize, hash_identifiers

KEY = "agreed upon by clinic and laboratory"
N_TRAIN = 600
root = Path(tempfile.mkdtemp())
X, y = make_keypad_digits(1000, noise={"image": 4.0, "audio": 3.0}, random_state=0)
patients = pd.Series([f"patient {number}" for number in range(len(y))], name="patient")
label = pd.Series(y).where(patients.index < N_TRAIN)  # the others are to be predicted
for seed, modality in enumerate(X):
    own = X[[modality]].assign(patient=patients, label=label).sample(frac=1, random_state=seed)
    (root / modality).mkdir()
    own.to_pickle(root / modality / "data.pkl")

# %%
# What a party does
# -----------------
# A process of its own, which is told its own folder and where to put what it sends. It replaces
# identifiers and brings its rows into the order of the pseudonyms, which the other party has, too; so both
# cut the same folds. It writes down every file that it opens below the folder of this example.
PARTY = """
import sys
from pathlib import Path

opened = set()
folder, outbox, key = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
root = str(folder.parent)
sys.addaudithook(lambda event, args: event == "open" and opened.add(str(args[0])))

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler
from skmm.audio import MFCCExtractor
from skmm.image import HOGExtractor
from skmm.privacy import anonymize

own = anonymize(pd.read_pickle(folder / "data.pkl"), identifiers="patient", key=key)
own = own.sort_values("patient").set_index("patient")
modality = folder.name
extractor = {
    "image": HOGExtractor(size=(16, 16), pixels_per_cell=(4, 4)),
    "audio": MFCCExtractor(sampling_rate=8000),
}[modality]
model = make_pipeline(extractor, MaxAbsScaler(), LogisticRegression(max_iter=1000))
known, asked = own[own["label"].notna()], own[own["label"].isna()]
labels = known["label"].astype(int)
folds = StratifiedKFold(5, shuffle=True, random_state=0)
learned = cross_val_predict(model, known[modality], labels, cv=folds, method="predict_proba")
model.fit(known[modality], labels)
said = model.predict_proba(asked[modality])
sent = pd.concat([pd.DataFrame(learned, known.index), pd.DataFrame(said, asked.index)])
sent.to_csv(outbox)
here = sorted(Path(path).relative_to(root) for path in opened if path.startswith(root))
print(f"opened by the party with {modality}: {', '.join(map(str, here))}")
"""
parties = {
    modality: subprocess.Popen(
        [sys.executable, "-c", PARTY, root / modality, root / f"from_{modality}.csv", KEY],
        stdout=subprocess.PIPE,
        text=True,
    )
    for modality in X
    if modality != "text"
}
for party in parties.values():
    output, _ = party.communicate()
    print(output, end="")
    if party.returncode:
        raise SystemExit(party.returncode)

# %%
# What the third party does
# -------------------------
# It has the two tables of probabilities, and the labels by pseudonym. The probabilities of the rows with
# labels are out of fold: none comes from a model that had seen the row. A logistic regression learns from
# them what the word of each party is worth.
labels = pd.Series(label.to_numpy(), index=hash_identifiers(patients, KEY))
tables = [pd.read_csv(root / f"from_{modality}.csv", index_col="patient") for modality in parties]
joined = pd.concat(tables, axis=1, join="inner")
labels = labels[joined.index]
is_known = labels.notna()
stacker = LogisticRegression(max_iter=1000)
stacker.fit(joined[is_known].to_numpy(), labels[is_known].astype(int))
apart = pd.DataFrame(stacker.predict_proba(joined[~is_known].to_numpy()), joined.index[~is_known])

# %%
# What one would get that had all data
# ------------------------------------
# Late fusion by stacking in one process, on the same rows in the same order, and so on the same folds.
central = anonymize(X.assign(patient=patients, label=label), identifiers="patient", key=KEY)
central = central.set_index("patient").loc[joined.index]
members = [
    ("image", HOGExtractor(size=(16, 16), pixels_per_cell=(4, 4))),
    ("audio", MFCCExtractor(sampling_rate=8000)),
]
late = LateFusionClassifier(
    [
        (modality, make_pipeline(extractor, MaxAbsScaler(), LogisticRegression(max_iter=1000)))
        for modality, extractor in members
    ],
    rule="stacking",
    cv=StratifiedKFold(5, shuffle=True, random_state=0),
)
late.fit(central[is_known], labels[is_known].astype(int))
together = late.predict_proba(central[~is_known])
print(f"largest difference of a probability: {np.abs(apart - together).to_numpy().max():.1e}")

# %%
# What each is worth
# ------------------
truth = pd.Series(y, index=hash_identifiers(patients, KEY))[apart.index].to_numpy()
predictions = {name: table.loc[apart.index] for name, table in zip(parties, tables, strict=True)}
predictions |= {"both, apart": apart, "both, together": together}
accuracy = {
    name: float(np.mean(np.argmax(np.asarray(said), axis=1) == truth))
    for name, said in predictions.items()
}
for name, value in accuracy.items():
    print(f"test accuracy, {name:15}{value:.3f}")
figure, ax = plt.subplots(figsize=(6, 2.5), layout="constrained")
bars = ax.barh(list(accuracy), list(accuracy.values()), color=["gray", "gray", "C0", "C1"])
ax.bar_label(bars, fmt="%.3f", padding=3)
ax.invert_yaxis()
ax.set(xlabel="test accuracy", xlim=(0, 1.1))
plt.show()

# %%
# Nothing is lost by keeping the data apart: the probabilities are the same to rounding, and fusing pays as
# much as it does in one place. It is late fusion alone that can be had in this way: early and deep fusion
# need the features of both sides, or gradients that travel between them.
#
# What was shared is still not nothing. Labels were known to all three. Probabilities tell something of the
# rows they are for, and of those the classifiers have learned from. Who must bound the latter trains with
# ``DeepFusionClassifier(privacy=DPSGD(...))``; each row is learned from by four of the five folds and by
# the last model, so that five times its epsilon is spent. And whoever has the key can tell who a pseudonym
# is.
