using System.Diagnostics;
using Tunic.Primitives.Bytes;
using Tunic.Tests.Fuzz.Targets;

namespace Tunic.Tests.Fuzz.Engine;

/// <summary>Runs single inputs and checks what holds for all targets: the kind of exception, time and memory.</summary>
internal sealed class FuzzRunner(FuzzTarget target, Watchdog? watchdog = null)
{
    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(1);

    /// <summary>Runs one input.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    public Exception? Run(ReadOnlyMemory<byte> input)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        watchdog?.OnStart(input.Span, started);
        Exception? failure = null;
        try
        {
            target.Run(input);
        }
        catch (MalformedMessageException)
        {
            // the one way for a decoder to say no, save returning
        }
#pragma warning disable CA1031 // any other exception is what we are here for
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        watchdog?.OnEnd();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        long limit = target.Allocation + (target.AllocationPerByte * input.Length);
        return failure
            ?? (allocated > limit ? new FuzzFailureException($"allocated {allocated} bytes for {input.Length} bytes of input") : null)
            ?? (elapsed > _timeLimit && IsSlow(input) ? new FuzzFailureException($"took {elapsed.TotalSeconds:0.0} s") : null);
    }

    /// <summary>On a busy machine anything is slow now and then.</summary>
    private bool IsSlow(ReadOnlyMemory<byte> input)
    {
        for (int i = 0; i < 3; i++)
        {
            long started = Stopwatch.GetTimestamp();
            try
            {
                target.Run(input);
            }
            catch (MalformedMessageException)
            {
                // as above
            }

            if (Stopwatch.GetElapsedTime(started) < _timeLimit)
            {
                return false;
            }
        }

        return true;
    }
}
