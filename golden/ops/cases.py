"""Every case of golden/ops, family by family. Each row is there because some port got it wrong, or could."""
import attention
import computed
import functions
import integers
import layouts
import norms
import numbers_first
import picks
import products
import rearranged
import selections
import spatial
import suite
import values
import windows
import writes

FAMILIES = (
    windows.conv2d, windows.conv_transpose2d, values.linear, values.batch_norm, values.activations,
    windows.max_pool2d, windows.avg_pool2d, windows.adaptive_avg_pool2d, layouts.flatten, layouts.reshape,
    layouts.permute, layouts.cat, values.arithmetic, values.mean, values.softmax, layouts.pad,
    values.layer_norm, values.expand, values.attention, values.functions, values.powers, values.log_softmax,
    values.sums, layouts.slices, layouts.splits, layouts.unbound, layouts.unit_axes, layouts.unflatten,
    windows.conv1d, windows.conv3d, windows.conv_transpose1d, windows.conv_transpose3d, windows.max_pool1d,
    windows.max_pool3d, windows.avg_pool1d, windows.avg_pool3d, windows.adaptive_avg_pool1d,
    windows.adaptive_avg_pool3d, integers.casts, integers.arithmetic, integers.moves, computed.convolutions,
    computed.transposed_convolutions, computed.products, computed.norms, norms.group_norm,
    norms.instance_norm, norms.batch_norm, attention.attention, attention.packed, attention.rms_norm,
    products.vectors, products.sums, products.einsum, products.recurrent, rearranged.stacked,
    rearranged.like_another, rearranged.repeated, rearranged.rolled, rearranged.shuffled,
    rearranged.tensor_splits, rearranged.moved_axes, spatial.upsample, spatial.borders,
    spatial.adaptive_max_pool, spatial.unfold, spatial.samples, functions.prelu, functions.limits,
    functions.extrema, functions.norms, functions.variances, functions.other_reductions,
    functions.transcendental, functions.activations, functions.rounding, functions.special,
    functions.of_three, picks.embedding, picks.comparisons, picks.logic, picks.choices, picks.picked,
    picks.indexed, picks.made, picks.along, picks.written, numbers_first.numbers,
    writes.along_an_axis, writes.weight_norm, suite.composed, suite.parts,
    suite.searched, suite.of_one_or_two, suite.pooled, selections.selected, suite.further_forms, suite.regions)


def all_cases():
    """Every case, in the order of the families."""
    for family in FAMILIES:
        yield from family()
