"""A stand-in for a network of torchvision: stem, two blocks, average, dropout, classifier."""

import sys
from types import ModuleType, SimpleNamespace

import torch
from torch import nn

NAME = "torchvision/photo"


class Block(nn.Module):
    """A residual block: the sum it gives is the output of none of its parts."""

    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return x + torch.relu(self.norm(self.conv(x)))


class PhotoNetwork(nn.Module):
    """Six stages: conv, norm, two blocks, another convolution, another norm."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=4)
        self.norm = nn.BatchNorm2d(6)
        self.blocks = nn.Sequential(Block(6), Block(6))
        self.last = nn.Sequential(nn.Conv2d(6, 8, 1), nn.BatchNorm2d(8), nn.ReLU())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(0.5), nn.Linear(8, 10))

    def forward(self, x):
        maps = self.last(self.blocks(self.norm(self.conv(x))))
        return self.classifier(self.pool(maps).flatten(1))


def trained():
    """Build the network with the weights that it always has."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = PhotoNetwork()
        for name, buffer in network.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(torch.randn(buffer.shape) / 5)
    return network


def install(monkeypatch, make=trained):
    """Let `make` be what torchvision has; return which weights were asked for."""
    asked = []

    def get_model(name, *, weights, **options):
        asked.append(weights)
        network = make()
        if weights is None:
            for parameter in network.parameters():
                nn.init.zeros_(parameter)
        return network

    models = ModuleType("torchvision.models")
    models.get_model = get_model
    models.get_model_weights = lambda name: SimpleNamespace(__members__={"DEFAULT": "published"})
    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace(models=models))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    return asked
