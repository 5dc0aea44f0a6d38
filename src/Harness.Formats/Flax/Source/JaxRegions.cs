using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Images in another resolution, read at computed places, or over regions.</summary>
static partial class JaxColumn
{
    static Python? Regions(SourceCall call)
    {
        switch (call.Op)
        {
            case Upsample op:
                return Resampled(call, op);
            case GridSample op:
                return Python.Call(call.Function("grid_sample"), call.X(), call.Plain(1),
                    Python.Named("mode", op.Mode switch
                    {
                        Interpolation.Nearest => "\"nearest\"",
                        Interpolation.Cubic => "\"bicubic\"",
                        _ => "\"bilinear\"",
                    }),
                    Python.Named("padding_mode", op.Border switch
                    {
                        GridBorder.Border => "\"border\"",
                        GridBorder.Reflection => "\"reflection\"",
                        _ => "\"zeros\"",
                    }),
                    Flag("align_corners", op.AlignCorners));
            case AffineGrid op:
                return Python.Call(call.Function("affine_grid"), call.X(),
                    Python.Ints([.. op.Sizes.AsSpan()[2..]], "sizes"), Flag("align_corners", op.AlignCorners));
            case Unfold op:
                return Python.Call(call.Function("unfold"), call.X(), Numbers("kernel", op.Kernel),
                    Numbers("dilation", op.Dilation), Numbers("padding", op.Padding), Numbers("stride", op.Stride));
            case Fold op:
                return Python.Call(call.Function("fold_windows"), call.X(), Numbers("sizes", op.Sizes),
                    Numbers("kernel", op.Kernel), Numbers("dilation", op.Dilation), Numbers("padding", op.Padding),
                    Numbers("stride", op.Stride));
            case RoIAlign op:
                return Region(call, op, "roi_align", Python.Named("samples", $"{Math.Max(op.Samples, 0)}"),
                    Flag("aligned", op.Aligned));
            case PSRoIAlign op:
                return Region(call, op, "ps_roi_align", Python.Named("samples", $"{Math.Max(op.Samples, 0)}"));
            case RoIPool op:
                return Region(call, op, "roi_pool");
            case PSRoIPool op:
                return Region(call, op, "ps_roi_pool");
            case DeformConv2d op:
                return Python.Call(call.Function("deform_conv"), call.X(), call.Plain(1), call.Plain(2),
                    op.UsesMask ? call.Plain(3) : Text("None"), call.Plain(4), Numbers("stride", op.Stride),
                    Numbers("padding", op.Padding), Numbers("dilation", op.Dilation),
                    Python.Named("groups", Python.Constant(op.Groups, "groups")));
            default:
                return null;
        }
    }

    static Python Flag(string name, bool value) => Python.Named(name, value ? "True" : "False");

    static Python Resampled(SourceCall call, Upsample op)
    {
        string[] scales = [.. Enumerable.Range(0, op.Axes).Select(axis =>
            op.ScaleOf(axis) is { } scale ? Number(scale) : "None")];
        var (function, argument) = op switch
        {
            { IsNearest: true } =>
                ("interpolate_nearest", Flag("exact", op.Mode == Interpolation.NearestExact)),
            { Antialias: true } => ("interpolate_antialias", Flag("cubic", op.Mode == Interpolation.Cubic)),
            { Mode: Interpolation.Cubic } => ("interpolate_cubic", Flag("align_corners", op.AlignCorners)),
            _ => ("interpolate_linear", Flag("align_corners", op.AlignCorners)),
        };
        return Python.Call(call.Function(function), call.X(),
            Python.Ints(call.Result().Shape.AsSpan()[2..].ToArray(), "sizes"),
            Python.Named("scales", $"({string.Join(", ", scales)}{(scales.Length == 1 ? "," : "")})"), argument);
    }

    static Python Region(SourceCall call, RegionPool op, string function, params ReadOnlySpan<Python> more) =>
        Python.Call(call.Function(function),
            [call.X(), call.Plain(1), Named("scale", op.Scale), Numbers("sizes", [op.Height, op.Width]), .. more]);
}
