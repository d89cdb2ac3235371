"""PyTorch's side of a pair: nn.LSTM with carried state, clipped gradients and the fused Adam, as its manual has it."""
import json
import sys

import torch

from worker import serve

config = json.loads(sys.argv[1])
torch.set_num_threads(config["threads"])
torch.manual_seed(1)
layers, units, batch, vocabulary = (config[name] for name in ("layers", "units", "batch", "vocabulary"))
autocast = torch.autocast("cpu", torch.bfloat16, enabled=config.get("precision") == "bfloat16")


class LanguageModel(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocabulary, units)
        self.lstm = torch.nn.LSTM(units, units, layers, dropout=config.get("dropout", 0))
        self.output = torch.nn.Linear(units, vocabulary)

    def forward(self, ids, state):
        hiddens, state = self.lstm(self.embedding(ids), state)
        return self.output(hiddens), state


model = LanguageModel()
state = (torch.zeros(layers, batch, units), torch.zeros(layers, batch, units))


def train():
    global state
    window = config["window"]
    x, y = torch.randint(0, vocabulary, (window, batch)), torch.randint(0, vocabulary, (window * batch,))
    with autocast:
        logits, state = model(x, state)
        loss = torch.nn.functional.cross_entropy(logits.view(-1, vocabulary).float(), y)
    state = tuple(part.detach() for part in state)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    loss.item()


@torch.inference_mode()
def sample():
    global state
    with autocast:
        logits, state = model(torch.randint(0, vocabulary, (1, batch)), state)
    logits.numpy(force=True) if logits.dtype == torch.float32 else logits.float().numpy()


if config["task"] == "train":
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    work = train
else:
    model.eval()
    work = sample

serve(work)
