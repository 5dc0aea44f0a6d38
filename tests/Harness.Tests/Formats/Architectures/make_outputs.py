"""Writes outputs.txt: what real torchvision computes in float64 for known architectures, with the weights of seed:0 and
images that follow from their shape alone. A line an output: name, image, key, shape, PyTorch's own float32 error
(scaled by max(1, largest value)), Euclidean norm, and elements: flat index, value, PyTorch's float32 less that.

    python3 make_outputs.py --tests TESTS [--odd] [NAME ...]

TESTS is the built test assembly (Harness.Tests.dll), which writes the weights. With --odd, only the odd size. Lines of
names and sizes that are not asked for stay. Real PyTorch and torchvision 0.14.
"""
import argparse
import json
import os
import struct
import subprocess
import tempfile
from collections import OrderedDict

import numpy as np
import torch
from make_keys import DETECTION, SEGMENTATION, TRAINING, MODELS, build, classification
from torch import nn
from torchvision.ops.misc import FrozenBatchNorm2d

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "outputs.txt")
POSITIONS = 16
OBLONG = (2, 3, 97, 75)
SIDES = {"efficientnet_b1": 240, "efficientnet_b2": 288, "efficientnet_b3": 300, "efficientnet_b4": 380,
         "efficientnet_b5": 456, "efficientnet_b6": 528, "efficientnet_b7": 600, "efficientnet_v2_s": 384,
         "efficientnet_v2_m": 480, "efficientnet_v2_l": 480, "inception_v3": 299, "swin_v2_t": 256, "swin_v2_s": 256,
         "swin_v2_b": 256, "ssd300_vgg16.backbone": 300, "ssdlite320_mobilenet_v3_large.backbone": 320,
         "fasterrcnn_mobilenet_v3_large_320_fpn.backbone": 320}
# Trained with frozen batch norms whose epsilon torchvision sets to 0 for the published weights.
ZERO_EPSILON = ("fasterrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn",
                "retinanet_resnet50_fpn")


def names():
    return sorted(classification() + SEGMENTATION + [f"{name}.backbone" for name in DETECTION])


def images(name):
    side = 520 if name in SEGMENTATION else 800 if name.endswith(".backbone") else 224
    side = SIDES.get(name, side)
    native = (1, 3, side, side)
    # A vision transformer's places, and MaxViT's windows, fit one size.
    if name.startswith("vit_") or name == "maxvit_t":
        return [native]
    return [native, (2, 3, 281, 303) if name == "ssd300_vgg16.backbone" else OBLONG]


def image(shape):
    """Odd multiples of the golden ratio, modulo 2^32; exact in float32."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return (((index * 2654435761) & 0xFFFFFFFF) >> 8).astype(np.float64).reshape(shape) / 2**23 - 1


def positions(flat):
    """Scattered over the elements that are not zero: half of what follows a ReLU is."""
    places = np.flatnonzero(flat.numpy())
    return sorted({int(places[i * 7919 * 31 % len(places)]) for i in range(1, POSITIONS + 1)})


def safetensors(path):
    """Views of the mapped file."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    rest = np.memmap(path, np.uint8, "c", offset=8 + length)
    types = {"F32": np.float32, "I64": np.int64}
    return {key: torch.from_numpy(
        np.frombuffer(rest, types[fact["dtype"]], offset=fact["data_offsets"][0],
                      count=int(np.prod(fact["shape"]))).reshape(fact["shape"]))
            for key, fact in header.items() if key != "__metadata__"}


def freeze(module):
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, FrozenBatchNorm2d(child.num_features))
        else:
            freeze(child)


def model(name, weights):
    """The model as the builder of its published weights makes it."""
    detector = name[:-len(".backbone")] if name.endswith(".backbone") else None
    net = getattr(MODELS, name)(weights=None, init_weights=False, transform_input=True) if name in TRAINING \
        else build(name)
    if detector and not detector.endswith("_v2") and not detector.startswith("ssd"):
        freeze(net.backbone)
        for layer in net.backbone.modules():
            if isinstance(layer, FrozenBatchNorm2d) and detector in ZERO_EPSILON:
                layer.eps = 0.0
    own = net.state_dict()
    behind = TRAINING.get(name, ()) + (("rpn.", "roi_heads.", "head.") if detector else ())
    wanted = {key for key in own if not key.endswith("num_batches_tracked") and not (behind and key.startswith(behind))}
    assert wanted == set(weights), (name, wanted ^ set(weights))
    for key, tensor in weights.items():
        assert own[key].shape == tensor.shape and own[key].dtype == tensor.dtype, (name, key)
        own[key].copy_(tensor)
    return (net.backbone if detector else net).eval()


def outputs(net, x):
    y = net(x)
    return y if isinstance(y, (dict, OrderedDict)) else {"0": y}


def doubled(module):
    """Makes a module compute in float64, each layer's weights widened while it runs and no longer: the largest take
    5 GB so."""
    if isinstance(module, nn.MultiheadAttention) or not list(module.children()):
        module.register_forward_pre_hook(lambda layer, _: layer.double() and None)
        module.register_forward_hook(lambda layer, *_: layer.float() and None)
        return
    for tensors in (module._parameters, module._buffers):
        for key, tensor in tensors.items():
            if tensor is not None and tensor.is_floating_point():
                tensor.data = tensor.data.double()
    for child in module.children():
        doubled(child)


def record(name, arguments, folder):
    weights = f"{folder}/weights.safetensors"
    subprocess.run(["dotnet", arguments.tests, "weights", f"arch:{name}", "seed:0", weights], check=True)
    net = model(name, safetensors(weights))
    shapes = images(name)[-1:] if arguments.odd else images(name)
    lines, rounded = [], []
    with torch.backends.mkldnn.flags(enabled=False):
        for shape in shapes:
            rounded.append(outputs(net, torch.from_numpy(image(shape)).float()))
        doubled(net)
        for shape, single in zip(shapes, rounded):
            size = "x".join(map(str, shape))
            for key, value in outputs(net, torch.from_numpy(image(shape))).items():
                flat, error = value.flatten(), single[key].double().flatten() - value.flatten()
                assert torch.isfinite(flat).all() and flat.std() > 0, (name, key)
                noise = float(error.abs().max() / max(1, flat.abs().max()))
                elements = " ".join(f"{at}:{flat[at].item()!r}:{error[at].item():.1e}" for at in positions(flat))
                lines.append(f"{name} {size} {key} {'x'.join(map(str, value.shape))} {noise:.1e} "
                             f"{flat.norm().item()!r} {elements}")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tests", required=True)
    parser.add_argument("--odd", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    # Values that are overwritten need not be made up.
    for initialise in [name for name in dir(nn.init) if name.endswith("_") and not name.startswith("_")]:
        setattr(nn.init, initialise, lambda tensor, *_, **__: tensor)
    torch.set_grad_enabled(False)
    for name in arguments.names or names():
        with tempfile.TemporaryDirectory() as folder:
            found = record(name, arguments, folder)
        print(name, flush=True)
        made, kept = {tuple(line.split()[:2]) for line in found}, []
        if os.path.exists(FILE):
            with open(FILE, encoding="utf-8") as file:
                kept = [line.rstrip("\n") for line in file if tuple(line.split()[:2]) not in made]
        with open(FILE, "w", encoding="utf-8", newline="\n") as file:
            # One image first, as the batch is.
            file.writelines(f"{line}\n" for line in sorted(kept + found, key=lambda line: line.split()[:2]))


if __name__ == "__main__":
    main()
