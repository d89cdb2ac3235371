"""Keras' side of a pair: stateful LSTM layers on TensorFlow, a compiled graph for each step."""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
config = json.loads(sys.argv[1])

import keras
import numpy
import tensorflow

from worker import serve

tensorflow.config.threading.set_intra_op_parallelism_threads(config["threads"])
layers, units, batch, window, vocabulary = (config[n] for n in ("layers", "units", "batch", "window", "vocabulary"))
model = keras.Sequential([keras.Input(batch_shape=(batch, window), dtype="int32"), keras.layers.Embedding(vocabulary, units)])
for layer in range(layers):
    if layer > 0 and config.get("dropout", 0) > 0:
        model.add(keras.layers.Dropout(config["dropout"]))
    model.add(keras.layers.LSTM(units, return_sequences=True, stateful=True))
model.add(keras.layers.Dense(vocabulary))
model.compile(
    optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=1.0),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    jit_compile=False,  # compiled by XLA it is slower still on a CPU
)
random = numpy.random.default_rng(1)


def window_of_tokens():
    return random.integers(0, vocabulary, (2, batch, window), dtype=numpy.int32)


serve(model.train_on_batch, window_of_tokens)
