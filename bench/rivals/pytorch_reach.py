"""Trains until the validation loss is at its target, then ends: the same data, sizes, first weights, windows as Etude."""
import json
import math
import sys

import torch

with open(sys.argv[1]) as file:
    problem = json.load(file)
torch.set_num_threads(problem["threads"])
torch.manual_seed(problem["seed"])
layers, units, batch, window, vocabulary = (problem[n] for n in ("layers", "units", "batch", "window", "vocabulary"))
tokens = torch.tensor(problem["tokens"])
held_out = len(tokens) // 10
training, validation = tokens[:-held_out], tokens[-held_out - 1 :]


class LanguageModel(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocabulary, units)
        self.lstm = torch.nn.LSTM(units, units, layers)
        self.output = torch.nn.Linear(units, vocabulary)
        torch.nn.init.uniform_(self.embedding.weight, -math.sqrt(3), math.sqrt(3))
        for name, weight in self.lstm.named_parameters():
            bound = (4 if name.startswith("weight_ih") else 1) / math.sqrt(units)
            torch.nn.init.uniform_(weight, -bound, bound)

    def forward(self, ids, state):
        hiddens, state = self.lstm(self.embedding(ids), state)
        return self.output(hiddens).view(-1, vocabulary), state


def windows(part, rows):
    """(T, rows) inputs and targets, each row a stretch of its own that goes on from one window to the next."""
    length = (len(part) - 1) // rows
    x = part[: length * rows].view(rows, length).t().contiguous()
    y = part[1 : length * rows + 1].view(rows, length).t().contiguous()
    for at in range(0, length, window):
        yield x[at : at + window], y[at : at + window].reshape(-1)


def zero_state(rows):
    return torch.zeros(layers, rows, units), torch.zeros(layers, rows, units)


@torch.inference_mode()
def validation_loss():
    rows = max(1, len(validation) // (4 * window))
    state, total, count = zero_state(rows), 0.0, 0
    for x, y in windows(validation, rows):
        logits, state = model(x, state)
        total += loss_of(logits, y).item() * len(y)
        count += len(y)
    return total / count


model = LanguageModel()
loss_of = torch.nn.functional.cross_entropy
optimizer = torch.optim.Adam(model.parameters(), lr=problem["learningRate"], fused=True)
step = 0
while step < 2000:
    offset = 0 if step == 0 else int(torch.randint(0, window, ()))
    state = zero_state(batch)
    for x, y in windows(training[offset:], batch):
        logits, state = model(x, state)
        state = tuple(part.detach() for part in state)
        loss = loss_of(logits, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % problem["evaluateEvery"] == 0 and validation_loss() <= problem["target"]:
            sys.exit(0)
sys.exit(1)
