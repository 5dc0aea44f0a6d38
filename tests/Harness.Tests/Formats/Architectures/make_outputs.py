"""Writes outputs.txt: what real torchvision computes in float64 for known architectures, with the weights of seed:0 and
images that follow from their shape alone. A line an output: name, image, key, shape, PyTorch's own float32 error
(scaled by max(1, largest value)), Euclidean norm, and elements, by flat index.

    python3 make_outputs.py --tests TESTS [--harness HARNESS] [--odd] [NAME ...]

TESTS is the built test assembly (Harness.Tests.dll), which writes the weights. With HARNESS, the command line, each
image is also run in both precisions, and a row of docs/architectures.md says how far it lies from torchvision. With
--odd, only the odd size. Lines of names and sizes that are not asked for stay. Real PyTorch and torchvision 0.14.
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
POSITIONS = 5
OBLONG = (2, 3, 97, 75)
SIDES = {"efficientnet_b1": 240, "efficientnet_b2": 288, "efficientnet_b3": 300, "efficientnet_b4": 380,
         "efficientnet_b5": 456, "efficientnet_b6": 528, "efficientnet_b7": 600, "efficientnet_v2_s": 384,
         "efficientnet_v2_m": 480, "efficientnet_v2_l": 480, "inception_v3": 299, "swin_v2_t": 256, "swin_v2_s": 256,
         "swin_v2_b": 256, "ssd300_vgg16.backbone": 300, "ssdlite320_mobilenet_v3_large.backbone": 320,
         "fasterrcnn_mobilenet_v3_large_320_fpn.backbone": 320}
# A process would hold more than 4 GB.
TOO_LARGE = ("regnet_y_128gf", "vit_h_14", "vit_l_16", "vit_l_32")
# Trained with frozen batch norms whose epsilon torchvision sets to 0 for the published weights.
ZERO_EPSILON = ("fasterrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn",
                "retinanet_resnet50_fpn")


def names():
    return sorted(set(classification() + SEGMENTATION + [f"{name}.backbone" for name in DETECTION]) - set(TOO_LARGE))


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
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        rest = file.read()
    types = {"F32": np.float32, "I64": np.int64}
    return {key: torch.from_numpy(
        np.frombuffer(rest, types[fact["dtype"]], offset=fact["data_offsets"][0],
                      count=int(np.prod(fact["shape"]))).reshape(fact["shape"]).copy())
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


def distance(a, b):
    return max(float((a[key].double() - b[key]).abs().max() / max(1, b[key].abs().max())) for key in b)


def run(harness, name, x, precision, like, folder):
    """What the command line computes."""
    np.save(f"{folder}/x.npy", x.numpy())
    target = f"{folder}/y.np" + ("y" if len(like) == 1 else "z")
    subprocess.run([harness, "run", f"arch:{name}", "--weights", "seed:0", "--input", f"{folder}/x.npy", "--output",
                    target, "--precision", precision, "--input-shape", ",".join(map(str, x.shape)), "--no-progress"],
                   check=True, stdout=subprocess.DEVNULL)
    found = np.load(target)
    return {key: torch.from_numpy(found if len(like) == 1 else found[key]) for key in like}


def record(name, arguments, folder):
    weights = f"{folder}/weights.safetensors"
    subprocess.run(["dotnet", arguments.tests, "weights", f"arch:{name}", "seed:0", weights], check=True)
    net = model(name, safetensors(weights))
    os.remove(weights)
    lines, row = [], []
    for shape in images(name)[-1:] if arguments.odd else images(name):
        x = torch.from_numpy(image(shape)).float()
        with torch.backends.mkldnn.flags(enabled=False):
            exact, rounded = outputs(net.double(), x.double()), outputs(net.float(), x)
        size = "x".join(map(str, shape))
        for key, value in exact.items():
            flat = value.flatten()
            assert torch.isfinite(flat).all() and flat.std() > 0, (name, key)
            noise = distance({key: rounded[key]}, {key: value})
            elements = " ".join(f"{at}:{flat[at].item()!r}" for at in positions(flat))
            lines.append(f"{name} {size} {key} {'x'.join(map(str, value.shape))} {noise:.1e} "
                         f"{flat.norm().item()!r} {elements}")
        if arguments.harness:
            both = [distance(run(arguments.harness, name, x, precision, exact, folder), exact)
                    for precision in ("float64", "float32")]
            row.append(f"{both[0]:.1e} | {both[1]:.1e} | {distance(rounded, exact):.1e}")
    if row:
        print(f"| `{name}` | {' | '.join(row + ['– | – | –'] * (2 - len(row)))} |", flush=True)
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tests", required=True)
    parser.add_argument("--harness")
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
        made, kept = {tuple(line.split()[:2]) for line in found}, []
        if os.path.exists(FILE):
            with open(FILE, encoding="utf-8") as file:
                kept = [line.rstrip("\n") for line in file if tuple(line.split()[:2]) not in made]
        with open(FILE, "w", encoding="utf-8", newline="\n") as file:
            # One image first, as the batch is.
            file.writelines(f"{line}\n" for line in sorted(kept + found, key=lambda line: line.split()[:2]))


if __name__ == "__main__":
    main()
