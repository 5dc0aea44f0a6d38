"""Small PyTorch models that between them use every op Harness knows, in the ways that go wrong when ported to Flax.

Each function returns (module, inputs): the module in eval mode, seeded, and the tensors to trace it with. Images are
never square and batches never 1, because a square image hides a swap of height and width and a batch of 1 hides a
reshape that forgets the batch. `make_models.py` writes them.
"""
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models.densenet import DenseNet
from torchvision.models.mobilenetv2 import InvertedResidual
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.ops import SqueezeExcitation


class GuideCnn(nn.Module):
    """The model of Flax's "Convert PyTorch models to Flax" guide: conv, relu, conv, flatten, fully connected."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, kernel_size=(3, 2), padding="valid")
        self.conv2 = nn.Conv2d(8, 6, kernel_size=(2, 5), padding="same", dilation=(1, 2))
        self.fc = nn.Linear(6 * 10 * 8, 7)

    def forward(self, x):
        x = self.conv2(F.relu(self.conv1(x)))
        return self.fc(x.reshape(x.shape[0], -1))


class ResNetSmall(ResNet):
    """torchvision's ResNet with narrow stages: basic blocks, then bottlenecks, the last stage dilated, not strided."""

    def __init__(self):
        nn.Module.__init__(self)
        self._norm_layer, self.groups, self.base_width, self.dilation, self.inplanes = nn.BatchNorm2d, 1, 64, 1, 16
        self.conv1 = nn.Conv2d(3, 16, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(BasicBlock, 16, 2)
        self.layer2 = self._make_layer(BasicBlock, 24, 2, stride=2)
        self.groups, self.base_width = 2, 32
        self.layer3 = self._make_layer(Bottleneck, 16, 2, stride=2)
        self.layer4 = self._make_layer(Bottleneck, 24, 2, stride=2, dilate=True)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(24 * Bottleneck.expansion, 10)


def double_conv(inputs, outputs):
    """U-Net's step: twice convolution, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class UNetSmall(nn.Module):
    """A U-Net that goes up by transposed convolutions and joins its skips along the channels."""

    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.down3 = double_conv(3, 8), double_conv(8, 16), double_conv(16, 24)
        self.pool = nn.MaxPool2d(2)
        self.up2 = nn.ConvTranspose2d(24, 16, kernel_size=2, stride=2)
        self.join2 = double_conv(32, 16)
        self.up1 = nn.ConvTranspose2d(16, 8, kernel_size=3, stride=2, padding=1, output_padding=1)
        self.join1 = double_conv(16, 8)
        self.head = nn.Conv2d(8, 2, kernel_size=1)

    def forward(self, x):
        one = self.down1(x)
        two = self.down2(self.pool(one))
        three = self.down3(self.pool(two))
        two = self.join2(torch.cat([self.up2(three), two], dim=1))
        one = self.join1(torch.cat([one, self.up1(two)], dim=-3))
        return torch.sigmoid(self.head(one))


class VggSmall(nn.Module):
    """torchvision's VGG in narrow: a 7×7×C block is flattened, channels first, into the first fully connected layer."""

    def __init__(self):
        super().__init__()
        layers, inputs = [], 3
        for width in (8, "M", 16, "M", 24, 24, "M"):
            if width == "M":
                layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            else:
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                inputs = width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(24 * 7 * 7, 96), nn.ReLU(True), nn.Dropout(p=0.5),
            nn.Linear(96, 48), nn.ReLU(True), nn.Dropout(p=0.5), nn.Linear(48, 10))

    def forward(self, x):
        x = torch.flatten(self.avgpool(self.features(x)), 1)
        return self.classifier(x)


class MobileSmall(nn.Module):
    """torchvision's inverted residuals (depthwise, ReLU6), then the mean over height and width."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6(inplace=True))
        self.blocks = nn.Sequential(
            InvertedResidual(16, 8, 1, 1), InvertedResidual(8, 12, 2, 6), InvertedResidual(12, 12, 1, 6),
            InvertedResidual(12, 20, 2, 6), InvertedResidual(20, 20, 1, 6))
        self.multiplier = nn.Conv2d(20, 60, (5, 3), padding=(2, 1), groups=20)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(60, 10))

    def forward(self, x):
        x = F.relu6(self.multiplier(self.blocks(self.stem(x))))
        return self.classifier(x.mean([2, 3]))


class SeSiluSmall(nn.Module):
    """Squeeze-and-excitation gates (N, C, 1, 1), every activation, and average pools in both kinds of counting."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 12, (3, 5), stride=(2, 1), padding=(1, 2))
        self.bn = nn.BatchNorm2d(12, eps=1e-3)
        self.plain_bn = nn.BatchNorm2d(12, affine=False)
        self.gate = SqueezeExcitation(12, 4, activation=nn.SiLU)
        self.count = nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=True)
        self.skip = nn.AvgPool2d((3, 2), stride=2, padding=1, ceil_mode=True, count_include_pad=False)
        self.mix = nn.Conv2d(12, 16, 1)
        self.act = nn.LeakyReLU(0.2)
        self.fc = nn.Linear(32, 9)

    def forward(self, x):
        x = F.silu(self.bn(self.stem(x)))
        x = self.plain_bn(self.gate(x))
        x = F.gelu(self.count(x))
        x = F.gelu(self.mix(self.skip(x)), approximate="tanh")
        x = torch.cat([self.act(x), torch.tanh(x) * torch.sigmoid(x)], 1)
        x = F.adaptive_avg_pool2d(x, 1)
        return F.softmax(self.fc(x.flatten(1)), dim=1)


class MultiOut(nn.Module):
    """Two inputs, a tuple of outputs, and tensors that are permuted, reshaped, joined and broadcast on every axis."""

    def __init__(self):
        super().__init__()
        self.left = nn.Conv2d(4, 6, 3, padding=1)
        self.right = nn.Conv2d(2, 6, 1)
        self.along_width = nn.Linear(11, 5)
        self.tokens = nn.Linear(6, 6, bias=False)
        self.scale = nn.Parameter(torch.randn(6, 1, 1))
        self.column = nn.Parameter(torch.randn(11))
        self.row = nn.Parameter(torch.randn(1, 1, 7, 1))

    def forward(self, image, hint):
        a, b = self.left(image), self.right(hint)
        c = torch.sub(a * self.scale, b, alpha=0.5) + self.column - self.row
        c = 1.5 - torch.add(c, a, alpha=2) / 4.0
        rows = torch.cat([c, a], dim=2)
        columns = torch.cat([c, b, a], dim=-1)
        batch = torch.cat([c, b], 0)
        tokens = self.tokens(c.flatten(2).transpose(1, 2))
        maps = tokens.transpose(1, 2).reshape(c.shape[0], 6, c.shape[2], c.shape[3])
        padded = F.pad(maps * c, (1, 2, -1, 0, 0, 1), value=0.25)
        last = c.permute(0, 2, 3, 1).softmax(-1)
        return (self.along_width(rows), columns.mean(dim=(1, 3)), batch.mean(-2, keepdim=True), padded,
                last, c.softmax(1), c.softmax(2).transpose(2, 3))


class DictOut(nn.Module):
    """One trunk and two heads in a dictionary, as detection and segmentation models return them."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU())
        self.boxes = nn.Conv2d(8, 12, 3, padding=1)
        self.scores = nn.Conv2d(8, 15, 3, padding=1)

    def forward(self, x):
        x = self.trunk(x)
        boxes = self.boxes(x)
        n, _, h, w = boxes.shape
        boxes = boxes.view(n, 3, 4, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, 4)
        scores = self.scores(x).view(n, 3, 5, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, 5)
        return {"boxes": boxes, "scores": scores.softmax(dim=-1)}


class DecoderSmall(nn.Module):
    """A generator as in DCGAN: a vector viewed as an image, then transposed convolutions of each kind."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 16 * 3 * 5)
        self.bn = nn.BatchNorm1d(16 * 3 * 5)
        self.up1 = nn.ConvTranspose2d(16, 12, (4, 3), stride=2, padding=1, output_padding=(0, 1), bias=False)
        self.bn1 = nn.BatchNorm2d(12)
        self.up2 = nn.ConvTranspose2d(12, 9, 3, stride=(3, 2), padding=(0, 2), output_padding=(2, 1), groups=3)
        self.up3 = nn.ConvTranspose2d(9, 8, 3, stride=1, padding=3, dilation=(2, 1))
        self.up4 = nn.ConvTranspose2d(8, 8, 5, stride=2, padding=2, output_padding=1, groups=8, dilation=1)
        self.out = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, z):
        x = F.relu(self.bn(self.fc(z))).view(-1, 16, 3, 5)
        x = F.leaky_relu(self.bn1(self.up1(x)), 0.2)
        x = F.relu(self.up2(x))
        x = F.silu(self.up4(self.up3(x)))
        return torch.tanh(self.out(x))


class BranchSmall(nn.Module):
    """Inception's mix: long thin kernels, pools that dilate, round up and divide by a number of their own, one join."""

    def __init__(self):
        super().__init__()
        self.thin = nn.Sequential(nn.Conv2d(3, 6, (1, 7), padding=(0, 3), bias=False), nn.BatchNorm2d(6, eps=1e-3),
                                  nn.ReLU(), nn.Conv2d(6, 6, (7, 1), padding=(3, 0)))
        self.holes = nn.Conv2d(3, 8, 3, stride=2, padding=2, dilation=2)
        self.max = nn.MaxPool2d((3, 2), stride=2, padding=1, dilation=(1, 2), ceil_mode=True)
        self.average = nn.AvgPool2d((2, 3), stride=2, padding=(1, 1), divisor_override=5)
        self.fc = nn.Linear(17 * 4 * 3, 11)

    def forward(self, x):
        thin = F.max_pool2d(self.thin(x), 3, 2, 1)
        parts = [thin, self.holes(x), self.max(x), self.average(x)]
        height = min(part.shape[2] for part in parts)
        width = min(part.shape[3] for part in parts)
        x = torch.cat([F.adaptive_avg_pool2d(part, (height, width)) for part in parts[:3]], 1)
        x = F.adaptive_avg_pool2d(x, (4, 3))
        return self.fc(x.view(x.size(0), -1)), self.average(-x).flatten(2).mean(2)


class ShuffleSmall(nn.Module):
    """ShuffleNet's grouped convolutions with the channel shuffle spelled as view, transpose, view."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 12, 3, stride=2, padding=1)
        self.one = nn.Conv2d(12, 12, 1, groups=3, bias=False)
        self.depthwise = nn.Conv2d(12, 12, (3, 2), padding=1, groups=12)
        self.two = nn.Conv2d(12, 24, 1, groups=4)
        self.bn = nn.BatchNorm2d(24)
        self.fc = nn.Linear(24, 5)

    @staticmethod
    def shuffle(x, groups):
        n, c, h, w = x.size()
        return torch.transpose(x.view(n, groups, c // groups, h, w), 1, 2).contiguous().view(n, -1, h, w)

    def forward(self, x):
        x = self.shuffle(F.relu(self.one(self.stem(x))), 3)
        x = self.shuffle(self.bn(self.two(self.depthwise(x))), 4)
        return self.fc(torch.mean(F.relu(x), (-1, -2)))


class InPlaceSmall(nn.Module):
    """Writes in place that another name of the same memory sees: ReXNet's sum into a slice, a temporal shift,
    an activation on half of a chunk, assignments by step, index, mask and transposed view, a ReLU on a shortcut."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.one = nn.Conv2d(8, 12, 3, padding=1)
        self.two = nn.Conv2d(12, 12, (3, 1), padding=(1, 0))
        self.act = nn.ReLU(inplace=True)
        self.fc = nn.Linear(12, 7)

    @staticmethod
    def shift(x, frames):
        n, c, h, w = x.shape
        x = x.view(n // frames, frames, c, h, w)
        out = x.clone()
        out[:, -1:, :3] = 0
        out[:, :1, 3:6] = 0
        out[:, :-1, :3] = x[:, 1:, :3]
        out[:, 1:, 3:6] = x[:, :-1, 3:6]
        return out.view(n, c, h, w)

    @staticmethod
    def mask(h, w):
        mask = torch.zeros((1, h, w))
        for i, rows in enumerate((slice(0, -4), slice(-4, -2), slice(-2, None))):
            for j, columns in enumerate((slice(0, -3), slice(-3, None))):
                mask[:, rows, columns] = 2 * i + j
        return mask

    @torch.no_grad()
    def forward(self, x):
        x = self.stem(x)
        wide = self.one(self.shift(x, 2))
        wide[:, 0:8] += x
        shortcut = wide
        y = self.act(wide)
        y = self.two(y) + shortcut
        left, right = y.chunk(2, dim=1)
        left.sigmoid_().mul_(2)
        y[:, 1::3] = -right[:, :4] + y.mean()
        y[0, -1].copy_(y[1, 2])
        y.transpose(1, 3)[:, 2].add_(0.5)
        y.view(y.shape[0], 12, -1)[:, 4, 3:9].fill_(0.25)
        y[:, torch.tensor([2, 5])] = right[:, 1:3] * 0.5
        y += self.mask(y.shape[2], y.shape[3])
        y.masked_fill_(y > 4, 3.5)
        return self.fc(y.mean((2, 3))), right, left


def settle(module):
    """Gives every layer weights, biases and statistics that matter, and puts the module in eval mode."""
    for layer in module.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
            if layer.bias is not None:
                nn.init.normal_(layer.bias, 0, 0.1)
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.running_mean.normal_(0, 0.3)
            layer.running_var.uniform_(0.5, 2)
            if layer.affine:
                nn.init.uniform_(layer.weight, 0.5, 1.5)
                nn.init.normal_(layer.bias, 0, 0.3)
    return module.eval()


def image(*shape):
    """A random image: neither constant nor symmetric."""
    return torch.randn(*shape)


MODELS = {
    "guide_cnn": lambda: (GuideCnn(), [image(2, 3, 12, 9)]),
    "resnet_small": lambda: (ResNetSmall(), [image(2, 3, 75, 53)]),
    "unet_small": lambda: (UNetSmall(), [image(2, 3, 36, 28)]),
    "vgg_small": lambda: (VggSmall(), [image(2, 3, 83, 61)]),
    "mobile_small": lambda: (MobileSmall(), [image(2, 3, 45, 37)]),
    "se_silu_small": lambda: (SeSiluSmall(), [image(2, 3, 26, 19)]),
    "multi_out": lambda: (MultiOut(), [image(2, 4, 7, 11), image(2, 2, 7, 11)]),
    "dict_out": lambda: (DictOut(), [image(2, 3, 17, 13)]),
    "decoder_small": lambda: (DecoderSmall(), [torch.randn(3, 10)]),
    "branch_small": lambda: (BranchSmall(), [image(2, 3, 23, 18)]),
    "shuffle_small": lambda: (ShuffleSmall(), [image(2, 3, 21, 27)]),
    "dense_small": lambda: (
        DenseNet(growth_rate=6, block_config=(2, 3), num_init_features=12, bn_size=2, num_classes=10),
        [image(2, 3, 49, 67)]),
    "in_place_small": lambda: (InPlaceSmall(), [image(4, 3, 19, 14)]),
}


def make(name):
    """The settled model of that name and its inputs, always the same: the seed is the name's place in the table."""
    torch.manual_seed(1000 + list(MODELS).index(name))
    module, inputs = MODELS[name]()
    return settle(module), inputs
