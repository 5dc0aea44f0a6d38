using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Tests.Formats.Architectures;

namespace Harness.Tests.Cpu;

/// <summary>The known architectures on small, odd images: bits and allocations.</summary>
/// <remarks>Every width, 1, 2, 3 and 7 threads, and 5 images as 5 of 1 and as 2 and 3, but not every width with every
/// number of threads. What repeats is left out: <see cref="Shortened"/>.</remarks>
[Collection(Alone.Name)]
public sealed class ArchitectureRunTests
{
    public static TheoryData<string> Names => [.. Families.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Widths_threads_and_batches_give_the_same_bits_and_runs_allocate_nothing(string name)
    {
        var graph = Shortened.Of(name);
        using var model = new TorchModel(graph, WeightsFile.Open("seed:1", graph), "architecture");
        Shape shape = name switch
        {
            "vit_b_16" => [1, 3, 224, 224],
            // Four poolings, and what is pooled is joined with what was not.
            "unet" => [1, 3, 80, 48],
            _ => [1, 3, 65, 47],
        };
        var images = new Images(model, [shape], name == "vit_b_16" ? 2 : 5);
        Direct<double>(images, exactOrder: false);
        Direct<float>(images, exactOrder: true);

        using var alone = images.Open<float>(1, OpCases.Options(LaneWidth.One, 1));
        double[][] single = Singles(images, alone);
        single[0].Distinct().Should().HaveCountGreaterThan(images.Count, "images differ");
        ShouldAllocateNothing(alone, "1 thread");
        using (var whole = images.Open<float>(images.Count, OpCases.Options(LaneWidth.Sixteen, 2)))
        {
            images.ShouldEqual(images.Run(whole, 0), single, $"{images.Count} images at 16 lanes, 2 threads");
            ShouldAllocateNothing(whole, "2 threads");
        }
        if (images.Count == 5)
        {
            images.ShouldEqual(
                images.Run<float>(
                    OpCases.Options(LaneWidth.Four, 3), 2, 3), single, "2 and 3 images at 4 lanes, 3 threads");
            images.ShouldEqual(
                images.Run<float>(OpCases.Options(LaneWidth.Eight, 7), 5), single, "5 images at 8 lanes, 7 threads");
        }
        else
        {
            images.ShouldEqual(
                images.Run<float>(OpCases.Options(LaneWidth.Eight, 7), 2), single, "2 images at 8 lanes, 7 threads");
        }
    }

    static void Direct<E>(Images images, bool exactOrder) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        PlanOptions Options(LaneWidth lanes, int threads) =>
            OpCases.Options(lanes, threads) with { ExactOrder = exactOrder };
        using var alone = images.Open<E>(1, Options(LaneWidth.Eight, 1));
        images.ShouldEqual(
            images.Run<E>(Options(LaneWidth.Sixteen, 2), images.Count), Singles(images, alone),
            $"{images.Count} images in {typeof(E).Name}, exact order {exactOrder}");
    }

    static double[][] Singles(Images images, Session session)
    {
        double[][][] parts = [.. Enumerable.Range(0, images.Count).Select(image => images.Run(session, image))];
        return [.. parts[0].Select((_, output) => parts.SelectMany(part => part[output]).ToArray())];
    }

    static void ShouldAllocateNothing(Session session, string because)
    {
        var meter = new AllocationMeter(session);
        long before = meter.Read();
        session.Run();
        (meter.Read() - before).Should().Be(0, because);
    }
}
