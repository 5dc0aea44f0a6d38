using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Tests.Ops;

/// <summary>Logical shapes as PyTorch gives them. check_rows.py runs the same rows in PyTorch; "refused" stands where
/// it raises.</summary>
public sealed class InferTests
{
    public static TheoryData<string, string, string> Rows => new()
    {
        { "aten::conv2d(%0, %1)", "(2, 3, 7, 9); (4, 3, 3, 2)", "(2, 4, 5, 8)" },
        { "aten::conv2d(%0, %1, None, 2, [1, 0], [2, 3], 1)", "(2, 3, 9, 11); (4, 3, 3, 2)", "(2, 4, 4, 4)" },
        { "aten::conv2d(%0, %1, %2, [2, 3], [1, 2], [1, 1], 2)", "(2, 4, 7, 9); (6, 2, 3, 3); (6)", "(2, 6, 4, 4)" },
        { "aten::conv2d(%0, %1, %2)", "(2, 4, 7, 9); (6, 4, 3, 3); (5)", "refused" },
        { "aten::conv2d(%0, %1)", "(2, 4, 7, 9); (6, 3, 3, 3)", "refused" },
        { "aten::conv2d(%0, %1)", "(2, 4, 2, 9); (6, 4, 3, 3)", "refused" },
        { "aten::conv2d(%0, %1)", "(2, 4, 8, 9); (0, 4, 3, 3)", "refused" },
        { "aten::conv2d(%0, %1, None, [1, 1], 'same', [2, 1])", "(2, 3, 7, 9); (4, 3, 2, 4)", "(2, 4, 7, 9)" },
        { "aten::conv2d(%0, %1, None, [2, 1], 'valid')", "(2, 3, 7, 9); (4, 3, 2, 4)", "(2, 4, 3, 6)" },
        { "aten::_convolution_mode(%0, %1, None, [1, 1], 'same', [1, 2], 1)",
            "(2, 3, 7, 9); (4, 3, 2, 5)", "(2, 4, 7, 9)" },
        { "aten::_convolution(%0, %1, None, [2, 2], [3, 3], [1, 1], False, [0, 0], 1, False, False, True, True)",
            "(2, 3, 15, 13); (4, 3, 7, 7)", "(2, 4, 8, 7)" },
        { "aten::_convolution(%0, %1, None, [2, 2], [3, 3], [1, 1], False, [0, 0], 1, False, False, True)",
            "(2, 3, 15, 13); (4, 3, 7, 7)", "(2, 4, 8, 7)" },
        { "aten::_convolution(%0, %1, %2, [2, 3], [1, 0], [1, 1], True, [1, 2], 2, False, False, True, True)",
            "(2, 4, 5, 6); (4, 3, 3, 2); (6)", "(2, 6, 10, 19)" },
        { "aten::convolution(%0, %1, %2, [1, 1], [0, 0], [1, 1], True, [0, 0], 1)",
            "(2, 4, 5, 6); (4, 3, 3, 2); (3)", "(2, 3, 7, 7)" },
        { "aten::conv_transpose2d(%0, %1)", "(2, 4, 5, 6); (4, 3, 3, 2)", "(2, 3, 7, 7)" },
        { "aten::conv_transpose2d(%0, %1, None, [3, 2], [0, 2], [2, 1], 3)",
            "(2, 12, 5, 6); (12, 3, 3, 3)", "(2, 9, 17, 10)" },
        { "aten::conv_transpose2d(%0, %1, None, [1, 1], [3, 3], [0, 0], 1, [2, 1])",
            "(2, 9, 7, 8); (9, 8, 3, 3)", "(2, 8, 5, 4)" },
        { "aten::conv_transpose2d(%0, %1, None, [2, 2], [0, 0], [2, 0])", "(2, 9, 7, 8); (9, 8, 3, 3)", "refused" },
        { "aten::conv_transpose2d(%0, %1)", "(2, 8, 7, 8); (9, 8, 3, 3)", "refused" },
        { "aten::conv_transpose2d(%0, %1, None, [1, 1], [4, 4])", "(2, 9, 3, 8); (9, 8, 3, 3)", "refused" },
        { "aten::linear(%0, %1, %2)", "(2, 5); (4, 5); (4)", "(2, 4)" },
        { "aten::linear(%0, %1)", "(2, 3, 7, 5); (4, 5)", "(2, 3, 7, 4)" },
        { "aten::linear(%0, %1)", "(5); (4, 5)", "(4)" },
        { "aten::linear(%0, %1)", "(2, 6); (4, 5)", "refused" },
        { "aten::addmm(%0, %1, %2)", "(4); (2, 5); (5, 4)", "(2, 4)" },
        { "aten::addmm(%0, %1, %2)", "(4); (2, 6); (5, 4)", "refused" },
        { "aten::addmm(%0, %1, %2)", "(3); (2, 5); (5, 4)", "refused" },
        { "aten::batch_norm(%0, %1, %2, %3, %4, False, 0.1, 1e-5, True)",
            "(2, 3, 5, 7); (3); (3); (3); (3)", "(2, 3, 5, 7)" },
        { "aten::batch_norm(%0, None, None, %1, %2, False, 0.1, 1e-5, True)", "(2, 3, 5); (3); (3)", "(2, 3, 5)" },
        { "aten::batch_norm(%0, None, None, %1, %2, False, 0.1, 1e-5, True)", "(2, 3); (3); (3)", "(2, 3)" },
        { "aten::batch_norm(%0, None, None, %1, %2, False, 0.1, 1e-5, True)", "(2, 3, 5, 7); (5); (5)", "refused" },
        { "aten::layer_norm(%0, [7])", "(2, 5, 7)", "(2, 5, 7)" },
        { "aten::layer_norm(%0, [5, 7], %1, %2)", "(2, 3, 5, 7); (5, 7); (5, 7)", "(2, 3, 5, 7)" },
        { "aten::layer_norm(%0, [7], None, %1)", "(7); (7)", "(7)" },
        { "aten::layer_norm(%0, [5])", "(2, 5, 7)", "refused" },
        { "aten::layer_norm(%0, [2, 5, 7])", "(5, 7)", "refused" },
        { "aten::layer_norm(%0, [7], %1)", "(2, 5, 7); (5)", "refused" },
        { "aten::expand(%0, [4, -1, 7])", "(1, 5, 1)", "(4, 5, 7)" },
        { "aten::expand(%0, [2, 3, -1])", "(5)", "(2, 3, 5)" },
        { "aten::expand(%0, [2, 3])", "()", "(2, 3)" },
        { "aten::expand(%0, [4, 5])", "(2, 5)", "refused" },
        { "aten::expand(%0, [5])", "(2, 5)", "refused" },
        { "aten::expand(%0, [-1, 5])", "(5)", "refused" },
        { "aten::relu(%0)", "(2, 3, 5)", "(2, 3, 5)" },
        { "aten::relu6(%0)", "()", "()" },
        { "aten::hardtanh(%0, 0., 6.)", "(2, 3)", "(2, 3)" },
        { "aten::clamp(%0, None, 3)", "(2, 3)", "(2, 3)" },
        { "aten::gelu(%0, approximate='tanh')", "(2, 3)", "(2, 3)" },
        { "aten::max_pool2d(%0, [3, 3], [2, 2], [1, 1])", "(2, 3, 15, 12)", "(2, 3, 8, 6)" },
        { "aten::max_pool2d(%0, [3, 2], [], [1, 1], [1, 1], True)", "(2, 3, 15, 12)", "(2, 3, 6, 7)" },
        { "aten::max_pool2d(%0, 2)", "(2, 3, 15, 13)", "(2, 3, 7, 6)" },
        { "aten::max_pool2d(%0, [3, 2], [2, 2], [1, 1], [1, 2], True)", "(2, 3, 23, 18)", "(2, 3, 12, 10)" },
        { "aten::max_pool2d(%0, [2, 2], [3, 3], [1, 1], [1, 1], True)", "(2, 3, 5, 6)", "(2, 3, 2, 3)" },
        { "aten::max_pool2d(%0, [2, 2], [2, 2], [0, 0], [1, 1], True)", "(2, 3, 1, 6)", "(2, 3, 1, 3)" },
        { "aten::max_pool2d(%0, [3, 3], [2, 2], [2, 2])", "(2, 3, 15, 12)", "refused" },
        { "aten::max_pool2d(%0, [5, 5])", "(2, 3, 4, 12)", "refused" },
        { "aten::max_pool2d(%0, [2, 2], [1, 1], [0, 0], [2147483647, 1])", "(2, 3, 8, 12)", "refused" },
        { "aten::max_pool2d(%0, [5, 5], [0, 1])", "(2, 3, 8, 12)", "refused" },
        { "aten::avg_pool2d(%0, [3, 3], [2, 2], [1, 1], True)", "(2, 3, 16, 12)", "(2, 3, 9, 7)" },
        { "aten::avg_pool2d(%0, [3, 2], [], [0, 0], False, False)", "(2, 3, 16, 12)", "(2, 3, 5, 6)" },
        { "aten::avg_pool2d(%0, [2, 3], [2, 2], [1, 1], False, True, 5)", "(2, 3, 16, 12)", "(2, 3, 9, 6)" },
        { "aten::avg_pool2d(%0, [1, 1], [3, 3], [0, 0], True)", "(2, 3, 5, 7)", "(2, 3, 2, 3)" },
        { "aten::avg_pool2d(%0, [3, 3], [1, 1], [2, 2])", "(2, 3, 5, 7)", "refused" },
        { "aten::adaptive_avg_pool2d(%0, [7, 3])", "(2, 3, 5, 8)", "(2, 3, 7, 3)" },
        { "aten::_adaptive_avg_pool2d(%0, [1, 4])", "(2, 3, 5, 8)", "(2, 3, 1, 4)" },
        { "aten::cat([%0, %1, %2], 1)", "(2, 3, 5); (2, 1, 5); (2, 4, 5)", "(2, 8, 5)" },
        { "aten::cat([%0, %1], -3)", "(2, 3, 5); (4, 3, 5)", "(6, 3, 5)" },
        { "aten::cat([%0])", "(2, 3)", "(2, 3)" },
        { "aten::cat([%0, %1], 1)", "(2, 3, 5); (2, 1, 4)", "refused" },
        { "aten::cat([%0, %1], 3)", "(2, 3, 5); (2, 3, 5)", "refused" },
        { "aten::cat([%0, %1], 0)", "(2, 3, 5); (2, 3)", "refused" },
        { "aten::add(%0, %1)", "(2, 3, 5, 7); (3, 1, 1)", "(2, 3, 5, 7)" },
        { "aten::add(%0, %1, alpha=2)", "(3, 1, 1); (2, 1, 5, 7)", "(2, 3, 5, 7)" },
        { "aten::add(%0, 2, 3)", "(2, 3)", "(2, 3)" },
        { "aten::sub(%0, %1)", "(2, 3, 5, 7); (7)", "(2, 3, 5, 7)" },
        { "aten::mul(%0, %1)", "(2, 3, 5, 7); ()", "(2, 3, 5, 7)" },
        { "aten::mul(%0, %1)", "(2, 3, 5, 7); (3)", "refused" },
        { "aten::div(%0, 2.5)", "(2, 3)", "(2, 3)" },
        { "aten::rsub(%0, 1.5)", "(2, 3)", "(2, 3)" },
        { "aten::mean(%0)", "(2, 3, 5)", "()" },
        { "aten::mean(%0, [2, 3])", "(2, 3, 5, 7)", "(2, 3)" },
        { "aten::mean(%0, [-1, 1], True)", "(2, 3, 5, 7)", "(2, 1, 5, 1)" },
        { "aten::mean(%0, None, True)", "(2, 3)", "(1, 1)" },
        { "aten::mean(%0, [1, -3])", "(2, 3, 5, 7)", "refused" },
        { "aten::mean(%0, [4])", "(2, 3, 5, 7)", "refused" },
        { "aten::sum(%0, [0])", "(2, 3, 5, 7)", "(3, 5, 7)" },
        { "aten::sum(%0, [])", "(2, 3)", "()" },
        { "aten::softmax(%0, -1)", "(2, 3)", "(2, 3)" },
        { "aten::softmax(%0, 2)", "(2, 3)", "refused" },
        { "aten::pad(%0, [1, 2, -1, 0, 0, 1], 'constant', 0.25)", "(2, 3, 5, 7)", "(2, 4, 4, 10)" },
        { "aten::constant_pad_nd(%0, [1, 2])", "(2, 3, 5, 7)", "(2, 3, 5, 10)" },
        { "aten::constant_pad_nd(%0, [-4, -4])", "(2, 3, 5, 7)", "refused" },
        { "aten::constant_pad_nd(%0, [1, 1, 1, 1, 1, 1])", "(2, 3)", "refused" },
        { "aten::reshape(%0, [2, -1])", "(2, 3, 5, 7)", "(2, 105)" },
        { "aten::reshape(%0, [])", "(1, 1)", "()" },
        { "aten::view(%0, [6, 35])", "(2, 3, 5, 7)", "(6, 35)" },
        { "aten::view(%0, [4, -1])", "(2, 3, 5, 7)", "refused" },
        { "aten::view(%0, [-1, -1])", "(2, 3, 5, 7)", "refused" },
        { "aten::view(%0, [2, 3])", "(2, 3, 5, 7)", "refused" },
        { "aten::_unsafe_view(%0, [3, 2, -1])", "(2, 3, 5, 7)", "(3, 2, 35)" },
        { "aten::conv1d(%0, %1, None, [1], [1])", "(2, 3, 0); (4, 3, 1)", "refused" },
        { "aten::conv1d(%0, %1, None, [1], [1])", "(0, 3, 5); (4, 3, 1)", "(0, 4, 7)" },
        { "aten::conv_transpose1d(%0, %1, None, [1])", "(2, 3, 0); (3, 4, 3)", "refused" },
        { "aten::flatten(%0)", "(2, 3, 5)", "(30)" },
        { "aten::flatten(%0, 1)", "(2, 3, 5, 7)", "(2, 105)" },
        { "aten::flatten(%0, -3, 2)", "(2, 3, 5, 7)", "(2, 15, 7)" },
        { "aten::flatten(%0, 2, 1)", "(2, 3, 5, 7)", "refused" },
        { "aten::flatten(%0)", "()", "(1)" },
        { "aten::unsqueeze(%0, 0)", "(2, 3)", "(1, 2, 3)" },
        { "aten::unsqueeze(%0, -1)", "(2, 3)", "(2, 3, 1)" },
        { "aten::unsqueeze(%0, 3)", "(2, 3)", "refused" },
        { "aten::squeeze(%0)", "(1, 2, 1, 3)", "(2, 3)" },
        { "aten::squeeze(%0, 2)", "(1, 2, 1, 3)", "(1, 2, 3)" },
        { "aten::squeeze(%0, 1)", "(1, 2, 1, 3)", "(1, 2, 1, 3)" },
        { "aten::permute(%0, [0, -1, 1, 2])", "(2, 3, 5, 7)", "(2, 7, 3, 5)" },
        { "aten::permute(%0, [0, 1, 1, 2])", "(2, 3, 5, 7)", "refused" },
        { "aten::permute(%0, [0, 1])", "(2, 3, 5)", "refused" },
        { "aten::transpose(%0, 1, -1)", "(2, 3, 5, 7)", "(2, 7, 5, 3)" },
        { "aten::swapaxes(%0, 0, 1)", "(2, 3)", "(3, 2)" },
        { "aten::t(%0)", "(2, 3)", "(3, 2)" },
        { "aten::t(%0)", "(2)", "(2)" },
        { "aten::t(%0)", "(2, 3, 5)", "refused" },
        { "aten::contiguous(%0)", "(2, 3)", "(2, 3)" },
        { "aten::dropout(%0, 0.5, False)", "(2, 3)", "(2, 3)" },
        { "aten::clone(%0)", "(2, 3)", "(2, 3)" },
        { "aten::log_softmax(%0, 1)", "(2, 3)", "(2, 3)" },
        { "aten::slice(%0, 1, 1, 9223372036854775807)", "(2, 5, 7)", "(2, 4, 7)" },
        { "aten::slice(%0, -1, -5, -1, 2)", "(2, 5, 7)", "(2, 5, 2)" },
        { "aten::slice(%0, 0, 1, 1)", "(2, 5, 7)", "(0, 5, 7)" },
        { "aten::slice(%0, 0, -9, 9, 3)", "(5, 7)", "(2, 7)" },
        { "aten::slice(%0, 3)", "(2, 5, 7)", "refused" },
        { "aten::slice(%0, 0)", "()", "refused" },
        { "aten::select(%0, 1, -1)", "(2, 5, 7)", "(2, 7)" },
        { "aten::select(%0, -1, 7)", "(2, 5, 7)", "refused" },
        { "aten::matmul(%0, %1)", "(2, 5); (5, 7)", "(2, 7)" },
        { "aten::matmul(%0, %1)", "(2, 1, 3, 5); (4, 5, 7)", "(2, 4, 3, 7)" },
        { "aten::bmm(%0, %1)", "(2, 3, 5); (2, 5, 7)", "(2, 3, 7)" },
        { "aten::mm(%0, %1)", "(2, 3); (5, 7)", "refused" },
        { "aten::matmul(%0, %1)", "(2, 3, 5); (3, 5, 7)", "refused" },
        { "aten::chunk(%0, 2, 1)", "(2, 5, 7)", "(2, 3, 7); (2, 2, 7)" },
        { "aten::chunk(%0, 5, -1)", "(2, 5, 7)", "(2, 5, 2); (2, 5, 2); (2, 5, 2); (2, 5, 1)" },
        { "aten::split(%0, 2, 1)", "(2, 5, 7)", "(2, 2, 7); (2, 2, 7); (2, 1, 7)" },
        { "aten::split(%0, 9)", "(2, 5, 7)", "(2, 5, 7)" },
        { "aten::split_with_sizes(%0, [1, 0, 4], 1)", "(2, 5, 7)", "(2, 1, 7); (2, 0, 7); (2, 4, 7)" },
        { "aten::split_with_sizes(%0, [1, 3], 1)", "(2, 5, 7)", "refused" },
        { "aten::embedding(%0, %1)", "(9, 5); (2, 3)", "(2, 3, 5)" },
        { "aten::embedding(%0, %1)", "(9, 5); ()", "(5)" },
        { "aten::embedding(%0, %1)", "(9, 5, 2); (2, 3)", "refused" },
        { "aten::eq(%0, %1)", "(2, 3, 1); (3, 5)", "(2, 3, 5)" },
        { "aten::lt(%0, 3)", "(2, 3)", "(2, 3)" },
        { "aten::ge(%0, %1)", "(2, 3); (2, 4)", "refused" },
        { "aten::logical_and(%0, %1)", "(2, 1); (3)", "(2, 3)" },
        { "aten::logical_not(%0)", "(2, 3)", "(2, 3)" },
        { "aten::bitwise_and(%0, %1)", "(2, 1); (2, 3)", "(2, 3)" },
        { "aten::bitwise_not(%0)", "(2, 3)", "(2, 3)" },
        { "aten::bitwise_xor(%0, %1)", "(2); (3)", "refused" },
        { "aten::where(%0, %1, %2)", "(2, 1, 1); (3, 1); (5)", "(2, 3, 5)" },
        { "aten::where(%0, %1, 0.5)", "(2, 1); (3)", "(2, 3)" },
        { "aten::where(%0, %1, %2)", "(2, 1); (3); (4)", "refused" },
        { "aten::masked_fill(%0, %1, 0.5)", "(2, 3); (2, 1)", "(2, 3)" },
        { "aten::masked_fill(%0, %1, 0.5)", "(2, 1); (2, 3)", "(2, 3)" },
        { "aten::masked_fill(%0, %1, %2)", "(2, 3); (2, 3); ()", "(2, 3)" },
        { "aten::masked_fill(%0, %1, %2)", "(2, 3); (2, 3); (3)", "refused" },
        { "aten::masked_fill(%0, %1, 0.5)", "(2, 3); (2)", "refused" },
        { "aten::any(%0, 1)", "(2, 3, 5)", "(2, 5)" },
        { "aten::any(%0, -1, True)", "(2, 3, 5)", "(2, 3, 1)" },
        { "aten::any(%0)", "(2, 3)", "()" },
        { "aten::all(%0, 3)", "(2, 3, 5)", "refused" },
        { "aten::index(%0, [%1])", "(5, 3); (2, 4)", "(2, 4, 3)" },
        { "aten::index(%0, [None, %1])", "(5, 3, 7); (2, 4)", "(5, 2, 4, 7)" },
        { "aten::index(%0, [None, %1, %2])", "(5, 3, 7, 9); (2, 1); (4)", "(5, 2, 4, 9)" },
        { "aten::index(%0, [%1, None, %2])", "(5, 3, 7, 9); (2, 1); (4)", "(2, 4, 3, 9)" },
        { "aten::index(%0, [None, %1, None, %2])", "(5, 3, 7, 9); (6); (6)", "(6, 5, 7)" },
        { "aten::index(%0, [None, %1, None, None])", "(5, 3, 7, 9); ()", "(5, 7, 9)" },
        { "aten::index(%0, [None, None, %1])", "(5, 3); (2)", "refused" },
        { "aten::index(%0, [%1, %2])", "(5, 3); (2); (3)", "refused" },
        { "aten::index_select(%0, -2, %1)", "(2, 3, 5); (7)", "(2, 7, 5)" },
        { "aten::index_select(%0, 0, %1)", "(2, 3, 5); ()", "(1, 3, 5)" },
        { "aten::index_select(%0, 0, %1)", "(2, 3, 5); (2, 2)", "refused" },
        { "aten::index_select(%0, 3, %1)", "(2, 3, 5); (2)", "refused" },
        { "aten::gather(%0, 1, %1)", "(2, 3, 5); (2, 7, 4)", "(2, 7, 4)" },
        { "aten::gather(%0, -1, %1)", "(2, 3); (1, 5)", "(1, 5)" },
        { "aten::gather(%0, 1, %1)", "(2, 3, 5); (3, 3, 5)", "refused" },
        { "aten::gather(%0, 1, %1)", "(2, 3, 5); (2, 3)", "refused" },
        { "aten::take_along_dim(%0, %1, 1)", "(2, 3, 5); (1, 4, 5)", "(2, 4, 5)" },
        { "aten::take_along_dim(%0, %1, 0)", "(2, 3); (4, 2)", "refused" },
        { "aten::take_along_dim(%0, %1, 0)", "(2, 3); (4)", "refused" },
        { "aten::arange(5)", "", "(5)" },
        { "aten::arange(1, 2.7, 0.25)", "", "(7)" },
        { "aten::arange(9, 2, -2)", "", "(4)" },
        { "aten::arange(3, 3)", "", "(0)" },
        { "aten::zeros([2, 0])", "", "(2, 0)" },
        { "aten::full([2, 3], 0.5)", "", "(2, 3)" },
        { "aten::ones([-1])", "", "refused" },
        { "aten::full_like(%0, 2)", "(2, 3)", "(2, 3)" },
        { "aten::new_zeros(%0, [4])", "(2, 3)", "(4)" },
        { "aten::scalar_tensor(2)", "", "()" },
        { "aten::fill_(%0, %1)", "(2, 3); ()", "(2, 3)" },
        { "aten::fill_(%0, %1)", "(2, 3); (1)", "refused" },
        { "aten::eye(3, 5)", "", "(3, 5)" },
        { "aten::eye(-1)", "", "refused" },
        { "aten::linspace(0, 1, 5)", "", "(5)" },
        { "aten::linspace(0, 1, -2)", "", "refused" },
        { "aten::tril(%0, 1)", "(2, 3, 5)", "(2, 3, 5)" },
        { "aten::triu(%0)", "(3)", "refused" },
        { "aten::meshgrid([%0, %1])", "(2); (3)", "(2, 3); (2, 3)" },
        { "aten::meshgrid([%0, %1, %2], indexing='xy')", "(2); (3); (5)", "(3, 2, 5); (3, 2, 5); (3, 2, 5)" },
        { "aten::meshgrid([%0, %1])", "(2); (3, 1)", "refused" },
        { "aten::cumsum(%0, -1)", "(2, 3)", "(2, 3)" },
        { "aten::cumprod(%0, 2)", "(2, 3)", "refused" },
        { "aten::argmax(%0)", "(2, 3)", "()" },
        { "aten::argmax(%0, 1, True)", "(2, 3, 5)", "(2, 1, 5)" },
        { "aten::argmin(%0, 0)", "(2, 3)", "(3)" },
        { "aten::argmax(%0, 1)", "(2, 0)", "refused" },
        { "aten::argmax(%0)", "(0)", "refused" },
        { "aten::max(%0, 1)", "(2, 3, 5)", "(2, 5); (2, 5)" },
        { "aten::min(%0, -1, True)", "(2, 3, 5)", "(2, 3, 1); (2, 3, 1)" },
        { "aten::max(%0, 2)", "(2, 3)", "refused" },
        { "aten::sort(%0, 0)", "(2, 3)", "(2, 3); (2, 3)" },
        { "aten::sort(%0, 2)", "(2, 3)", "refused" },
        { "aten::argsort(%0)", "(2, 3)", "(2, 3)" },
        { "aten::topk(%0, 2, 1)", "(2, 3, 5)", "(2, 2, 5); (2, 2, 5)" },
        { "aten::topk(%0, 4, 1)", "(2, 3, 5)", "refused" },
        { "aten::flip(%0, [0, -1])", "(2, 3)", "(2, 3)" },
        { "aten::flip(%0, [0, 0])", "(2, 3)", "refused" },
        { "aten::one_hot(%0, 4)", "(2, 3)", "(2, 3, 4)" },
        { "aten::scatter(%0, 1, %1, %2)", "(2, 3, 5); (1, 7, 4); (2, 7, 5)", "(2, 3, 5)" },
        { "aten::scatter(%0, 1, %1, %2)", "(2, 3, 5); (1, 7, 4); (2, 6, 5)", "refused" },
        { "aten::scatter(%0, 1, %1, 0.5)", "(2, 3, 5); (3, 1, 5)", "refused" },
        { "aten::scatter_add(%0, 0, %1, %2)", "(2, 3); (2, 3); (2, 3)", "(2, 3)" },
        { "aten::index_put(%0, [%1], %2)", "(5, 3); (4); (4, 3)", "(5, 3)" },
        { "aten::index_put(%0, [None, %1, %2], %3)", "(5, 3, 7); (2, 1); (4); (4)", "(5, 3, 7)" },
        { "aten::index_put(%0, [%1, None, %2], %3)", "(5, 3, 7); (2); (2); (2, 3)", "(5, 3, 7)" },
        { "aten::index_put(%0, [%1], %2)", "(5, 3); (4); (5, 3)", "refused" },
        { "aten::index_add(%0, 1, %1, %2)", "(2, 3); (4); (2, 4)", "(2, 3)" },
        { "aten::index_add(%0, 1, %1, %2)", "(2, 3); (4); (2, 3)", "refused" },
        { "aten::slice_scatter(%0, %1, 1, 1, -1)", "(2, 5); (2, 3)", "(2, 5)" },
        { "aten::slice_scatter(%0, %1, 1, 1, -1)", "(2, 5); (2, 4)", "refused" },
        { "aten::slice_scatter(%0, %1, 0, 0, 3, 0)", "(2, 5); (2, 5)", "refused" },
        { "aten::select_scatter(%0, %1, 1, -1)", "(2, 5); (2)", "(2, 5)" },
        { "aten::select_scatter(%0, %1, 1, 5)", "(2, 5); (2)", "refused" },
        { "aten::copy(%0, %1)", "(2, 3); (3)", "(2, 3)" },
        { "aten::copy(%0, %1)", "(2, 3); (4, 2, 3)", "refused" },
        { "aten::square(%0)", "(2, 3)", "(2, 3)" },
        { "aten::pow(%0, 2)", "(2, 3)", "(2, 3)" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Shapes_are_those_of_PyTorch(string call, string inputs, string outputs)
    {
        var op = OpSet.Parse(CallText.Call(call, CallText.Shapes(outputs).Length)).Op;
        string? misfit = op.MisfitOfShapes(CallText.Shapes(inputs));
        if (outputs == "refused")
        {
            misfit.Should().MatchRegex("[0-9]");
            return;
        }
        misfit.Should().BeNull();
        op.InferShapes(CallText.Shapes(inputs)).Should().Equal(CallText.Shapes(outputs));
    }

    // No row: PyTorch would try to compute it.
    [Fact]
    public void Padding_on_both_sides_may_be_more_than_an_extent_holds()
    {
        var op = OpSet.Parse(CallText.Call("aten::conv1d(%0, %1, None, [1073741824], [2147483646])", 1)).Op;
        op.MisfitOfShapes(CallText.Shapes("(2, 4, 8); (6, 4, 3)")).Should().BeNull();
        op.InferShapes(CallText.Shapes("(2, 4, 8); (6, 4, 3)")).Should().Equal(CallText.Shapes("(2, 6, 5)"));
    }

    // No rows either: what PyTorch would try to allocate.
    [Theory]
    [InlineData("aten::conv1d(%0, %1, None, [1], [2147483646])", "(2, 4, 8); (6, 4, 3)", "4294967298")]
    [InlineData("aten::conv1d(%0, %1, None, [1], 'same', [2147483647])", "(2, 4, 8); (6, 4, 3)", "spans 4294967295")]
    [InlineData("aten::conv_transpose1d(%0, %1, None, [2147483647])", "(2, 4, 8); (4, 6, 3)", "15032385532")]
    [InlineData("aten::conv_transpose1d(%0, %1, None, [1], [0], [0], 2147483646)", "(2, 4, 8); (2147483646, 6, 3)",
        "4 channels")]
    [InlineData("aten::avg_pool1d(%0, [2147483646], [1], [1073741823])", "(2, 4, 2147483646)", null)]
    [InlineData("aten::avg_pool1d(%0, [2], [1], [1])", "(2, 4, 2147483647)", "2147483648")]
    [InlineData("aten::cat([%0, %1], 0)", "(2147483647, 4); (1, 4)", "2147483648")]
    [InlineData("aten::flatten(%0)", "(65536, 65536)", "4294967296")]
    [InlineData("aten::view(%0, [-1])", "(65536, 65536)", "4294967296")]
    [InlineData("aten::view(%0, [2147483647, 2147483647, 2147483647, 2147483647, 2147483647])", "(2, 4)", "8 elements")]
    [InlineData("aten::view(%0, [2147483647, 2147483647, 2147483647, 0])", "(2, 0)", null)]
    [InlineData("aten::unflatten(%0, 0, [2147483647, 2147483647, 2147483647, -1])", "(8, 3)", "8 elements")]
    [InlineData("aten::constant_pad_nd(%0, [2147483647, 2147483647])", "(2, 3)", "4294967297")]
    public void No_extent_may_be_beyond_31_bits(string call, string inputs, string? why)
    {
        string? misfit = OpSet.Parse(CallText.Call(call, 1)).Op.MisfitOfShapes(CallText.Shapes(inputs));
        if (why is null) misfit.Should().BeNull();
        else misfit.Should().Contain(why);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_operand_gets_a_layout_of_its_rank_and_every_result_too(string call, string inputs, string outputs)
    {
        if (outputs == "refused") return;
        var op = OpSet.Parse(CallText.Call(call, CallText.Shapes(outputs).Length)).Op;
        Placed[] placed = [.. CallText.Shapes(inputs).Select(s => new Placed(s, Permutation.ChannelsLast(s.Rank)))];
        var arrangement = op.Arrange(placed);
        arrangement.Inputs.Select(p => p.Rank).Should().Equal(placed.Select(p => p.Shape.Rank));
        arrangement.Outputs.Select(p => p.Rank).Should().Equal(CallText.Shapes(outputs).Select(s => s.Rank));
    }
}
