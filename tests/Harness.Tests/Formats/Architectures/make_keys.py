"""Writes keys.txt: what the state dicts of real torchvision hold, one line a model: name, keys, elements, and the start
of the SHA-256 of the sorted lines `key (shape)`. Counters of training batches are left out, as no inference reads them.

    python3 make_keys.py > keys.txt        # torchvision 0.14
"""
import hashlib
import math
import sys
import warnings

import torch
import torchvision
from torch import nn

warnings.filterwarnings("ignore")
MODELS = torchvision.models

# Heads that inference does not call; of detectors, everything behind the backbone.
TRAINING = {"googlenet": ("aux1.", "aux2."), "inception_v3": ("AuxLogits.",)}

SEGMENTATION = ["deeplabv3_mobilenet_v3_large", "deeplabv3_resnet101", "deeplabv3_resnet50", "fcn_resnet101",
                "fcn_resnet50", "lraspp_mobilenet_v3_large"]
DETECTION = ["fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_mobilenet_v3_large_fpn", "fasterrcnn_resnet50_fpn",
             "fasterrcnn_resnet50_fpn_v2", "fcos_resnet50_fpn", "keypointrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn",
             "maskrcnn_resnet50_fpn_v2", "retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2", "ssd300_vgg16",
             "ssdlite320_mobilenet_v3_large"]
MODULES = ("segmentation", "detection", "video", "optical_flow", "quantization")
NO_MODELS = ("get_model", "get_model_builder", "get_model_weights", "get_weight", "list_models")


def classification():
    return sorted(name for name in dir(MODELS) if name[0].islower() and callable(getattr(MODELS, name))
                  and name not in MODULES + NO_MODELS)


def build(name):
    """The model as the builder of its published weights makes it, without the weights."""
    if name in SEGMENTATION:
        aux = {} if name.startswith("lraspp") else {"aux_loss": True}
        return getattr(MODELS.segmentation, name)(weights=None, weights_backbone=None, **aux)
    if name.endswith(".backbone"):
        return getattr(MODELS.detection, name[:-len(".backbone")])(weights=None, weights_backbone=None)
    heads = {"init_weights": False} if name in TRAINING else {}
    return getattr(MODELS, name)(weights=None, **heads)


def keys(name):
    for key, tensor in build(name).state_dict().items():
        if key.endswith("num_batches_tracked") or key.startswith(TRAINING.get(name, ("\0",))):
            continue
        if not name.endswith(".backbone") or key.startswith("backbone."):
            yield key, tuple(tensor.shape)


def line(name):
    found = list(keys(name))
    text = "".join(sorted(f"{key} ({', '.join(map(str, shape))})\n" for key, shape in found))
    elements = sum(math.prod(shape) for _, shape in found)
    return f"{name} {len(found)} {elements} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def main():
    # Values do not matter, and making them up takes minutes.
    for initialise in [name for name in dir(nn.init) if name.endswith("_") and not name.startswith("_")]:
        setattr(nn.init, initialise, lambda tensor, *_, **__: tensor)
    for layer in (nn.Linear, nn.modules.conv._ConvNd):
        layer.reset_parameters = lambda self: None
    torch.set_grad_enabled(False)
    names = sys.argv[1:] or sorted(classification() + SEGMENTATION + [f"{name}.backbone" for name in DETECTION])
    for name in names:
        print(line(name), flush=True)


if __name__ == "__main__":
    main()
