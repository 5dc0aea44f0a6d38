using Harness.Executor.Cpu;

namespace Harness.Tests.Cpu;

public sealed unsafe class WorkersTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(7, 1)]
    [InlineData(7, 5)]
    public void Every_piece_is_done_once_before_the_next_step_begins(int threads, long grain)
    {
        // Far more threads than processors, steps of one slot between steps of many: helpers wake late, into other
        // steps.
        CountingStep[] steps = [.. new[] { 2, 64, 3, 1, 29, 2, 100 }.Select(pieces => new CountingStep(pieces, grain))];
        byte** scratch = stackalloc byte*[threads];
        using var workers = new Workers(threads, null, scratch);
        for (int round = 1; round <= 100000; round++)
        {
            var step = steps[round % steps.Length];
            step.Times++;
            workers.Run(step);
            // Read at once: a helper still at work would be seen later, or never.
            for (int piece = 0; piece < step.Done.Length; piece++)
            {
                if (Volatile.Read(ref step.Done[piece]) != step.Times)
                    Assert.Fail($"round {round}: piece {piece} of {step.Done.Length} was done {step.Done[piece]} " +
                        $"times, expected {step.Times}");
            }
            // Now and then everybody goes to sleep.
            if (round % 10000 == 0) Thread.Sleep(5);
        }
    }

    [Fact]
    public void A_failure_on_any_thread_reaches_the_caller_and_the_next_step_runs()
    {
        byte** scratch = stackalloc byte*[3];
        using var workers = new Workers(3, null, scratch);
        var good = new CountingStep(12, 1);
        for (int round = 1; round <= 200; round++)
        {
            FluentActions.Invoking(() => workers.Run(new FailingStep())).Should().Throw<InvalidOperationException>()
                .WithMessage("piece 7");
            workers.Run(good);
            good.Done.Should().OnlyContain(times => times == round);
        }
    }

    sealed class CountingStep(int pieces, long grain) : Step
    {
        public readonly int[] Done = new int[pieces];

        public int Times;

        public override long Pieces => Done.Length;

        public override StepCost Cost => new("count", 1);

        public override long Grain(int workers) => grain;

        public override void Run(in Frame frame, long first, long last)
        {
            for (long piece = first; piece < last; piece++) Interlocked.Increment(ref Done[piece]);
            Thread.SpinWait(20);
        }
    }

    sealed class FailingStep : Step
    {
        public override long Pieces => 12;

        public override StepCost Cost => new("fail", 1);

        public override void Run(in Frame frame, long first, long last)
        {
            if (first <= 7 && 7 < last) throw new InvalidOperationException("piece 7");
        }
    }
}
